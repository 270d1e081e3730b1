import { z } from 'zod';
import type { Outcome } from './conversation.ts';
import { type Call, call, type Evidence, end, type Move } from './move.ts';
import { evidenceOf, hasWorked, notMade, outcomeOf, pagesOf } from './steps.ts';

const tools = {
  contacts: 'list_all_kaseya_bms_contacts_lookups',
  assets: 'list_all_kaseya_bms_hardwareasset_searchselects',
  tickets: 'list_all_kaseya_bms_servicedesk_tickets',
  deactivate: 'update_a_kaseya_bms_assets_deactivate_by_id',
  note: 'create_a_kaseya_bms_servicedesk_ticket_note',
  resolve: 'create_a_kaseya_bms_resolve',
  queues: 'list_all_kaseya_bms_queues_lookups',
  statuses: 'list_all_kaseya_bms_statuses_lookups',
  open: 'create_a_kaseya_bms_servicedesk_ticket',
};

const named = z.object({ id: z.number(), name: z.string() });
const assetRow = z.object({ id: z.number(), assetName: z.string() });
const ticketRow = z.object({ id: z.number(), number: z.string() });

interface Context {
  outcomes: readonly Outcome[];
  base: Evidence;
}

/** "Offboard John Doe": find him, deactivate his assets, close his tickets, inform security, say what was done. */
export function offboard(text: string, { outcomes, base }: Context): Move {
  const name = text.match(/\b[Oo]ffboard(?:ing)?(?: of)?:?\s+(\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*)+)/u)?.[1];
  if (!name) return end('inconclusive', 'the task does not name the person', base, `Asked for: ${text}`);

  const contacts = pagesOf(outcomes, { name: tools.contacts, args: { name } }, 'contacts', named);
  if (contacts.next) return { thought: 'Who is meant?', calls: [contacts.next] };
  const fitting = contacts.rows.filter((row) => row.name.toLowerCase() === name.toLowerCase());
  if (contacts.trouble || fitting.length !== 1) {
    const found = contacts.rows.map((row) => row.name).join(', ') || 'none';
    const why = contacts.trouble?.message ?? `${fitting.length} contacts are called "${name}"; similar: ${found}`;
    return end('inconclusive', why, [...base, ...contacts.evidence], `Nothing was changed: ${why}.`);
  }

  const ofPerson = { contact: name };
  const assets = pagesOf(outcomes, { name: tools.assets, args: { ...ofPerson, isActive: true } }, 'assets', assetRow);
  const openTickets = { name: tools.tickets, args: { ...ofPerson, excludeCompleted: true } };
  const tickets = pagesOf(outcomes, openTickets, 'tickets', ticketRow);
  const seen = [...base, ...contacts.evidence, ...assets.evidence, ...tickets.evidence];
  const unread = [assets.next, tickets.next].filter((next) => next !== null);
  if (unread.length > 0) return { thought: 'What does this person have?', calls: unread };
  const trouble = assets.trouble ?? tickets.trouble;
  if (trouble) return end('inconclusive', trouble.message ?? 'a list could not be read', seen, 'Nothing was changed.');

  const writes = writesFor(name, assets.rows, tickets.rows);
  const open = notMade(
    outcomes,
    writes.map(({ call: write }) => write),
  );
  if (open.length > 0) return { thought: 'Carry it out.', calls: open };
  const results = writes.map(({ what, call: write }) => ({ what, outcome: outcomeOf(outcomes, write) }));
  const informed = informSecurity(name, account(results), outcomes);
  return informed.move ?? conclude(name, [...results, { what: 'security informed', outcome: informed.outcome }], seen);
}

interface Write {
  what: string;
  call: Call;
}

function writesFor(name: string, assets: z.infer<typeof assetRow>[], tickets: z.infer<typeof ticketRow>[]): Write[] {
  const details = `${name} was offboarded.`;
  return [
    ...assets.map(({ id, assetName }) => ({
      what: `${assetName} deactivated in BMS`,
      call: { name: tools.deactivate, args: { assetId: id } },
    })),
    ...tickets.flatMap(({ id, number }) => [
      { what: `note on ticket ${number}`, call: { name: tools.note, args: { ticketId: id, details } } },
      {
        what: `ticket ${number} closed`,
        call: { name: tools.resolve, args: { ticketId: id, comment: `Closed: ${details}` } },
      },
    ]),
  ];
}

interface Result {
  what: string;
  outcome: Outcome | undefined;
}

const account = (results: readonly Result[]) =>
  results
    .map(({ what, outcome }) =>
      hasWorked(outcome) ? what : `NOT ${what} (${outcome?.status}: ${outcome?.message ?? 'no message'})`,
    )
    .join('; ') || 'no assets and no open tickets';

/** By a ticket in the queue that is nearest to security. */
function informSecurity(
  name: string,
  details: string,
  outcomes: readonly Outcome[],
): { move: Move; outcome?: never } | { move: null; outcome: Outcome | undefined } {
  const lookups = [tools.queues, tools.statuses].map((lookup) => ({ name: lookup, args: { name: null } }));
  const unread = notMade(outcomes, lookups);
  if (unread.length > 0) return { move: { thought: 'Who looks after security?', calls: unread } };
  const [queues = [], statuses = []] = lookups.map((lookup) => namesIn(outcomeOf(outcomes, lookup)));
  const target = { queue: like(queues, /security|soc\b/i, /escalat/i), status: like(statuses, /^new$/i, /open/i) };
  const message = { name: tools.open, args: { title: `Offboarding of ${name}: please check`, details, ...target } };
  const outcome = outcomeOf(outcomes, message);
  return outcome ? { move: null, outcome } : { move: call('Inform security.', message.name, message.args) };
}

/** The names in a lookup's result; each tool names its list after what it lists. */
function namesIn(outcome: Outcome | undefined): string[] {
  const parsed = z.looseObject({ queues: z.array(named).default([]), statuses: z.array(named).default([]) });
  const data = parsed.safeParse(outcome?.data).data;
  return [...(data?.queues ?? []), ...(data?.statuses ?? [])].map((entry) => entry.name);
}

/** The first name that fits the first pattern that any fits. */
const like = (names: readonly string[], ...patterns: RegExp[]): string | null =>
  patterns.flatMap((pattern) => names.find((candidate) => pattern.test(candidate)) ?? [])[0] ?? null;

function conclude(name: string, results: readonly Result[], seen: Evidence): Move {
  const evidence = [...seen, ...results.flatMap(({ what, outcome }) => evidenceOf(outcome, what))];
  const summary = `Offboarding of ${name}: ${account(results)}. Deactivating an asset in BMS isolates no machine.`;
  if (results.some(({ outcome }) => outcome?.status === 'described'))
    return end('no_action', 'observe mode: what would be done is in the timeline', evidence, summary);
  const failed = results.filter(({ outcome }) => !hasWorked(outcome)).map(({ what }) => what);
  return failed.length > 0
    ? end('escalated', `not done: ${failed.join(', ')}`, evidence, summary)
    : end('resolved', `all that was asked for ${name} is done`, evidence, summary);
}
