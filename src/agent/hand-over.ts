import type { Disposition, EntryBody, ToolCall } from '../domain/journal.ts';
import { alertOf, type CallState, type RunState } from '../domain/run-state.ts';
import { parseArguments } from '../tools/arguments.ts';
import type { ToolName } from '../tools/catalogue.ts';
import { named } from '../tools/facts.ts';
import {
  type Conclusion,
  concludeTool,
  factsFor,
  hasHandedOver,
  mayHaveOpened,
  objectionTo,
  ticketOf,
} from './conclude.ts';

interface Journal {
  append(body: EntryBody): Promise<void>;
}

export interface HandOverDeps {
  /** The name of the BMS queue that gets what a person must take over. */
  escalationQueue: string;
}

type Concluded = Omit<Extract<EntryBody, { type: 'concluded' }>, 'type'>;

/** The ids of the service's own calls that hand a run to people: a move or a new ticket, or else a note. Once each. */
export const handOverId = 'handover';
const handOverNoteId = 'handover-note';

/** Is this call one of the service's own that hand the run to people? */
export const isHandOver = (callId: string): boolean => callId === handOverId || callId === handOverNoteId;

const needsPerson = (disposition: Disposition) => disposition === 'escalated' || disposition === 'inconclusive';

/** Checks the model's conclusion against the journal; then notifies a person, if one is needed. */
export async function concludeByModel(
  call: CallState,
  state: RunState,
  journal: Journal,
  deps: HandOverDeps,
): Promise<null> {
  const args = parseArguments(concludeTool, call.arguments);
  const objection = args.ok ? objectionTo(args.value, state) : { code: 'invalid_arguments', message: args.message };
  if (objection) {
    await journal.append({ type: 'call_refused', callId: call.id, ...objection });
    return null;
  }
  return args.ok ? end(args.value, 'model', state, journal, deps) : null;
}

/** Ends a run that the model did not conclude: hands over what is known. */
export function concludeByService(
  reason: string,
  state: RunState,
  journal: Journal,
  deps: HandOverDeps,
): Promise<null> {
  const summary = `Automatic triage stopped: ${reason}. Its findings are in the timeline of this triage.`;
  return end({ disposition: 'inconclusive', reason, summary, evidence: [] }, 'service', state, journal, deps);
}

/** Ends a run whose fault is over before any work on it began. */
export function concludeRecovered(journal: Journal): Promise<null> {
  const reason = 'the sender reported recovery before triage began';
  return write(
    { disposition: 'no_action', reason, summary: reason, evidence: [], ticket: null, by: 'service' },
    journal,
  );
}

/** Ends a run that a person cancelled. That person knows about it, so no one is notified in BMS. */
export function concludeCancelled(reason: string, state: RunState, journal: Journal): Promise<null> {
  const facts = [...factsFor('escalated', state), reason].join('; ');
  const summary = 'A person cancelled this triage. Its timeline shows what was done before that.';
  const ticket = ticketOf(state);
  return write({ disposition: 'escalated', reason: facts, summary, evidence: [], ticket, by: 'service' }, journal);
}

/** Ends a run that cannot be worked on at all. This needs nothing but the journal. */
export function concludeUnworked(reason: string, journal: Journal): Promise<null> {
  const summary =
    'Automatic triage could not work on this, and no one was notified in BMS: check the alert or the request yourself.';
  return write({ disposition: 'inconclusive', reason, summary, evidence: [], ticket: null, by: 'service' }, journal);
}

async function end(
  conclusion: Conclusion,
  by: 'model' | 'service',
  state: RunState,
  journal: Journal,
  deps: HandOverDeps,
): Promise<null> {
  const { disposition, summary, evidence } = conclusion;
  const reasons = [...factsFor(disposition, state), conclusion.reason];
  if (needsPerson(disposition) && !hasHandedOver(state)) {
    const made = [handOverId, handOverNoteId].flatMap((id) => state.calls.get(id) ?? []);
    const isDone = made.some(reachedPeople);
    reasons.push(...made.flatMap(troubleWith));
    const next = handOverCalls(summary, reasons, state, deps).find(({ id }) => !isDone && !state.calls.has(id));
    if (next) {
      // The call is advanced like any other; when it has its result, the run is concluded anew.
      await journal.append({ type: 'service_called', call: next });
      return null;
    }
    if (!isDone) reasons.push(`no one was notified in BMS: ${state.scope?.scope.reason ?? 'there is no way left'}`);
  }
  return write({ disposition, reason: reasons.join('; '), summary, evidence, ticket: ticketOf(state), by }, journal);
}

async function write(concluded: Concluded, journal: Journal): Promise<null> {
  await journal.append({ type: 'concluded', ...concluded });
  return null;
}

/**
 * The calls that can notify people, the best first; each later one is used only if the one before it failed. With a
 * ticket: move it to the escalation queue, or write a note on it. With an account only: open a ticket, unless the run may
 * have opened one already; or write a note on another open ticket of the device.
 */
function handOverCalls(
  summary: string,
  reasons: readonly string[],
  state: RunState,
  { escalationQueue: queue }: HandOverDeps,
): ToolCall[] {
  const details = `Automatic triage hands this over.\nWhy: ${reasons.join('; ')}\n\n${summary}`.slice(0, 4000);
  const call = (id: string, name: ToolName, args: unknown) => ({ id, name, arguments: JSON.stringify(args) });
  const note = (ticketId: number, text: string) =>
    call(handOverNoteId, named.addNote, { ticketId, details: text.slice(0, 4000) });
  const { ticket: own, account, otherTickets = [] } = state.scope?.scope ?? {};
  const alert = alertOf(state);
  const ticket = own ?? (alert ? ticketOf(state) : null);
  if (ticket) {
    const move = call(handOverId, named.assignTicket, { ticketId: ticket.id, queue, details });
    return [...(state.touched.has(ticket.id) ? [] : [move]), note(ticket.id, details)];
  }
  if (!account || !alert) return [];
  const title = alert.title.slice(0, 200);
  const open = call(handOverId, named.openRmmTicket, { title, details });
  const beside = otherTickets.slice(0, 1).map(({ id }) => note(id, `About another alert, "${title}": ${details}`));
  return [...(mayHaveOpened(state) ? [] : [open]), ...beside];
}

const reachedPeople = ({ result }: CallState): boolean =>
  (result?.kind === 'write' && (result.outcome === 'done' || result.outcome === 'described')) ||
  (result?.kind === 'job' && result.outcome === 'succeeded');

function troubleWith({ result }: CallState): string[] {
  if (result?.kind === 'error') return [`the hand-over was not written to BMS: ${result.message}`];
  if (result?.kind === 'write' && result.outcome !== 'done') return [`hand-over ${result.outcome}: ${result.message}`];
  if (result?.kind === 'job' && result.outcome !== 'succeeded')
    return [`the hand-over is ${result.outcome}: ${result.message}`];
  return [];
}
