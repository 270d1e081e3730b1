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

interface HandOverDeps {
  escalationQueue: string;
}

type Concluded = Omit<Extract<EntryBody, { type: 'concluded' }>, 'type'>;

/** The service's own calls that hand a run to people; a note where nothing more is possible. At most one of each. */
export const handOverId = 'handover';
const handOverNoteId = 'handover-note';

export const isHandOver = (callId: string): boolean => callId === handOverId || callId === handOverNoteId;

const needsPerson = (disposition: Disposition) => disposition === 'escalated' || disposition === 'inconclusive';

/** Checks the model's conclusion against the journal; then makes sure that a person is told, if one must be. */
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

/** Ends a run for which the model found no end: hands over what is known. */
export function concludeByService(
  reason: string,
  state: RunState,
  journal: Journal,
  deps: HandOverDeps,
): Promise<null> {
  const summary = `Automatic triage stopped: ${reason}. What it found stands in the run's timeline.`;
  return end({ disposition: 'inconclusive', reason, summary, evidence: [] }, 'service', state, journal, deps);
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
  deps: HandOverDeps,
): Promise<null> {
  const { disposition, summary, evidence } = conclusion;
  const reasons = [...factsFor(disposition, state), conclusion.reason];
  if (needsPerson(disposition) && !hasHandedOver(state)) {
    const made = [handOverId, handOverNoteId].flatMap((id) => state.calls.get(id) ?? []);
    const isTold = made.some(hasTold);
    reasons.push(...made.flatMap(troubleWith));
    const next = waysToTell(summary, reasons, state, deps).find(({ id }) => !isTold && !state.calls.has(id));
    if (next) {
      // The call is worked off like any other; the conclusion comes round again when it has its result.
      await journal.append({ type: 'service_called', call: next });
      return null;
    }
    if (!isTold) reasons.push(`nobody was told in BMS: ${state.scope?.scope.reason ?? 'there is no way left'}`);
  }
  return write({ disposition, reason: reasons.join('; '), summary, evidence, ticket: ticketOf(state), by }, journal);
}

async function write(concluded: Concluded, journal: Journal): Promise<null> {
  await journal.append({ type: 'concluded', ...concluded });
  return null;
}

/**
 * The calls by which people can be told, the best first; the next is for when BMS did not take the one before. With a
 * ticket: move it to the escalation queue, or write on it. With an account only: open one, unless there may be one
 * already; or write on another open ticket of the device.
 */
function waysToTell(
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

const hasTold = ({ result }: CallState): boolean =>
  (result?.kind === 'write' && (result.outcome === 'done' || result.outcome === 'described')) ||
  (result?.kind === 'job' && result.outcome === 'succeeded');

function troubleWith({ result }: CallState): string[] {
  if (result?.kind === 'error') return [`the hand-over was not written to BMS: ${result.message}`];
  if (result?.kind === 'write' && result.outcome !== 'done') return [`hand-over ${result.outcome}: ${result.message}`];
  if (result?.kind === 'job' && result.outcome !== 'succeeded')
    return [`the hand-over is ${result.outcome}: ${result.message}`];
  return [];
}
