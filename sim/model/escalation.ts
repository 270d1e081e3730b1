import { z } from 'zod';
import type { Outcome } from './conversation.ts';
import { type Evidence, end, type Move } from './move.ts';
import { evidenceOf, hasWorked, notMade, outcomeOf, pagesOf } from './steps.ts';

const tools = {
  notes: 'list_all_kaseya_bms_servicedesk_ticket_notes',
  queues: 'list_all_kaseya_bms_queues_lookups',
  note: 'create_a_kaseya_bms_servicedesk_ticket_note',
  assign: 'create_a_kaseya_bms_assignticket',
};

const noteRow = z.object({
  details: z.string().nullable(),
  createdByName: z.string().nullish(),
  createdOn: z.string().nullish(),
});
type NoteRow = z.infer<typeof noteRow>;

interface Context {
  outcomes: readonly Outcome[];
  base: Evidence;
  ticket: { id: number; number: string; title: string } | null;
}

/** "Review ticket #9902 … escalate to the Tier 3 queue": read all its notes, write a summary, move it. */
export function escalate(text: string, { outcomes, base, ticket }: Context): Move {
  const asked = text.match(/\b(?:to|into)\s+(?:the\s+)?["“]?([^"”.,]+?)["”]?\s+queue\b/i)?.[1];
  if (!ticket) return end('inconclusive', 'the ticket is not known', base, `Asked for: ${text}`);
  if (!asked) return end('inconclusive', 'the task does not name the queue', base, `Asked for: ${text}`);

  const notes = pagesOf(outcomes, { name: tools.notes, args: { ticketId: ticket.id } }, 'notes', noteRow);
  if (notes.next) return { thought: 'Read the whole history.', calls: [notes.next] };
  const seen = [...base, ...notes.evidence];
  if (notes.trouble) return end('inconclusive', notes.trouble.message ?? 'no notes', seen, 'Nothing was changed.');

  const lookup = { name: tools.queues, args: { name: asked } };
  const queues = outcomeOf(outcomes, lookup);
  if (!queues) return { thought: 'Which queue is meant?', calls: [lookup] };
  const queue = oneQueue(asked, queues.data);
  if (!queue) {
    const why = `"${asked}" does not name one queue`;
    return end(
      'inconclusive',
      why,
      [...seen, ...evidenceOf(queues, 'the queues that fit')],
      `Nothing changed: ${why}.`,
    );
  }

  const details = summaryOf(ticket, notes.rows);
  const writes = [
    { name: tools.note, args: { ticketId: ticket.id, details } },
    {
      name: tools.assign,
      args: { ticketId: ticket.id, queue: queue.id, details: `Escalated to ${queue.name}, as asked.` },
    },
  ];
  const open = notMade(outcomes, writes);
  if (open.length > 0) return { thought: 'Write the summary and move the ticket.', calls: open };
  const results = writes.map((write) => outcomeOf(outcomes, write));
  return conclude(queue.name, results, [...seen, ...evidenceOf(queues, `the queue is "${queue.name}"`)], details);
}

const queueRow = z.object({ id: z.number(), name: z.string() });

function oneQueue(asked: string, data: unknown): z.infer<typeof queueRow> | null {
  const queues = z.object({ queues: z.array(queueRow) }).safeParse(data).data?.queues ?? [];
  const exact = queues.filter(({ name }) => name.toLowerCase() === asked.toLowerCase());
  const [only, ...others] = exact.length > 0 ? exact : queues;
  return only !== undefined && others.length === 0 ? only : null;
}

/** Every thing that was said once, in order; what was said over and over but for its numbers is said once more and counted. */
function summaryOf({ number, title }: { number: string; title: string }, notes: readonly NoteRow[]): string {
  const said = new Map<string, NoteRow[]>();
  for (const note of notes) {
    const key = (note.details ?? '').replace(/\d+/g, '#');
    said.set(key, [...(said.get(key) ?? []), note]);
  }
  const people = [...new Set(notes.map(({ createdByName }) => createdByName).filter((name) => name != null))];
  const head = `Summary of ticket ${number}, "${title}": ${notes.length} notes by ${people.join(', ') || 'nobody'}.`;
  return [head, ...[...said.values()].map(lineOf)].join('\n').slice(0, 4000);
}

function lineOf(alike: readonly NoteRow[]): string {
  const last = alike.at(-1);
  const day = last?.createdOn?.slice(0, 10) ?? 'undated';
  const times = alike.length > 1 ? ` (${alike.length} such notes, this is the last)` : '';
  return `- ${day}, ${last?.createdByName ?? 'unknown'}: ${(last?.details ?? '').slice(0, 300)}${times}`;
}

function conclude(queue: string, [note, assign]: (Outcome | undefined)[], seen: Evidence, summary: string): Move {
  const evidence = [...seen, ...evidenceOf(note, 'the summary note'), ...evidenceOf(assign, `moved to "${queue}"`)];
  if (note?.status === 'described' || assign?.status === 'described')
    return end('no_action', 'observe mode: what would be written is in the timeline', evidence, summary);
  const failed = [
    ...(hasWorked(note) ? [] : [`the summary note ended as "${note?.status}"`]),
    ...(hasWorked(assign) ? [] : [`the move to "${queue}" ended as "${assign?.status}": ${assign?.message}`]),
  ];
  const reason = failed.length > 0 ? failed.join('; ') : `summarised and moved to "${queue}", as asked`;
  return end('escalated', reason, evidence, summary);
}
