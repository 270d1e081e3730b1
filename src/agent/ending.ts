import { alertOf, type CallState, type RunState } from '../fold.ts';
import type { Disposition, EntryBody, ToolCall } from '../journal.ts';
import { type Conclusion, concludeTool, factsFor, hasHandedOver, objectionTo, ticketOf } from './conclude.ts';
import { parseArguments } from './seam.ts';

interface Journal {
  append(body: EntryBody): Promise<void>;
}

interface EndingParts {
  escalationQueue: string;
}

type Concluded = Omit<Extract<EntryBody, { type: 'concluded' }>, 'type'>;

/** The service's own calls that hand the ticket to people; a note where a person has it, or where it cannot be moved. */
export const handOverId = 'handover';
const handOverNoteId = 'handover-note';

export const isHandOver = (callId: string): boolean => callId === handOverId || callId === handOverNoteId;

const needsPerson = (disposition: Disposition) => disposition === 'escalated' || disposition === 'inconclusive';

/** Checks the model's conclusion against the journal; then makes sure that a person is told, if one must be. */
export async function concludeByModel(
  call: CallState,
  state: RunState,
  journal: Journal,
  parts: EndingParts,
): Promise<null> {
  const args = parseArguments(concludeTool, call.arguments);
  const objection = args.ok ? objectionTo(args.value, state) : { code: 'invalid_arguments', message: args.message };
  if (objection) {
    await journal.append({ type: 'call_refused', callId: call.id, ...objection });
    return null;
  }
  return args.ok ? end(args.value, 'model', state, journal, parts) : null;
}

/** Ends a run for which the model found no end: hands over what is known. */
export function concludeByService(
  reason: string,
  state: RunState,
  journal: Journal,
  parts: EndingParts,
): Promise<null> {
  const summary = `Automatic triage stopped: ${reason}. What it found stands in the run's timeline.`;
  return end({ disposition: 'inconclusive', reason, summary, evidence: [] }, 'service', state, journal, parts);
}

export function concludeRecovered(journal: Journal): Promise<null> {
  const reason = 'the sender reported recovery before triage began';
  return write(
    { disposition: 'no_action', reason, summary: reason, evidence: [], ticket: null, by: 'service' },
    journal,
  );
}

/** Ends a run that a person stopped: that person knows of it, so nobody else is told in BMS. */
export function concludeCancelled(reason: string, state: RunState, journal: Journal): Promise<null> {
  const told = [...factsFor('escalated', state), reason].join('; ');
  const summary = `Stopped by a person. What was done until then stands in the run's timeline.`;
  const ticket = ticketOf(state);
  return write({ disposition: 'escalated', reason: told, summary, evidence: [], ticket, by: 'service' }, journal);
}

/** Ends a run that cannot be worked on at all; only the journal is needed for it. */
export function concludeUnworked(reason: string, journal: Journal): Promise<null> {
  const summary = 'The run could not be worked on. Nobody has been told in BMS: look at what it was opened for.';
  return write({ disposition: 'inconclusive', reason, summary, evidence: [], ticket: null, by: 'service' }, journal);
}

async function end(
  conclusion: Conclusion,
  by: 'model' | 'service',
  state: RunState,
  journal: Journal,
  parts: EndingParts,
): Promise<null> {
  const { disposition, summary, evidence } = conclusion;
  const reasons = [...factsFor(disposition, state), conclusion.reason];
  if (needsPerson(disposition) && !hasHandedOver(state)) {
    const made = [handOverId, handOverNoteId].flatMap((id) => state.calls.get(id) ?? []);
    reasons.push(...made.flatMap(troubleWith));
    const call = handOverCall(summary, reasons, state, parts);
    if (call) {
      // The call is worked off like any other; the conclusion comes round again when it has its result.
      await journal.append({ type: 'service_called', call });
      return null;
    }
    if (made.length === 0) reasons.push(`nobody was told in BMS: ${state.scope?.scope.reason ?? 'no ticket'}`);
  }
  return write({ disposition, reason: reasons.join('; '), summary, evidence, ticket: ticketOf(state), by }, journal);
}

async function write(concluded: Concluded, journal: Journal): Promise<null> {
  await journal.append({ type: 'concluded', ...concluded });
  return null;
}

/**
 * With a ticket: move it to the escalation queue; a note where a person has taken it up, or the move did not succeed.
 * With an account only: open one. Each is tried once; null when nothing is left to try.
 */
function handOverCall(
  summary: string,
  reasons: readonly string[],
  state: RunState,
  { escalationQueue: queue }: EndingParts,
): ToolCall | null {
  const details = `Automatic triage hands this over.\nWhy: ${reasons.join('; ')}\n\n${summary}`.slice(0, 4000);
  const isTried = state.calls.has(handOverId);
  const call = (name: string, args: unknown, id = handOverId) => ({ id, name, arguments: JSON.stringify(args) });
  const scope = state.scope?.scope;
  const alert = alertOf(state);
  const ticketId = scope?.ticket?.id;
  if (ticketId !== undefined && (isTried || state.touched.has(ticketId))) {
    if (state.calls.has(handOverNoteId)) return null;
    return call('create_a_kaseya_bms_servicedesk_ticket_note', { ticketId, details }, handOverNoteId);
  }
  if (ticketId !== undefined) return call('create_a_kaseya_bms_assignticket', { ticketId, queue, details });
  if (isTried || !scope?.account || !alert) return null;
  return call('create_a_kaseya_bms_rmm_ticket', { title: alert.title.slice(0, 200), details });
}

function troubleWith({ result }: CallState): string[] {
  if (result?.kind === 'error') return [`the hand-over was not written to BMS: ${result.message}`];
  if (result?.kind === 'write' && result.outcome !== 'done') return [`hand-over ${result.outcome}: ${result.message}`];
  if (result?.kind === 'job' && result.outcome !== 'succeeded')
    return [`the hand-over is ${result.outcome}: ${result.message}`];
  return [];
}
