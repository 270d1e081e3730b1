import type { CallState, RunState } from '../fold.ts';
import type { Disposition, EntryBody } from '../journal.ts';
import { type Conclusion, concludeTool, factsFor, hasHandedOver, objectionTo, ticketOf } from './conclude.ts';
import { parseArguments } from './seam.ts';

interface Journal {
  append(body: EntryBody): Promise<void>;
}

interface EndingParts {
  escalationQueue: string;
}

/** Ends a run that cannot be worked on at all; only the journal is needed for it. */
export async function concludeUnworked(reason: string, journal: Journal): Promise<void> {
  const disposition = 'inconclusive';
  const summary = 'Triage could not work on this alert. Nobody has been told in BMS: look at the alert itself.';
  await journal.append({ type: 'concluded', disposition, reason, summary, evidence: [], ticket: null, by: 'service' });
}

/** The service's own call that hands the ticket to people; there is at most one in a run. */
const handOverId = 'handover';

const needsPerson = (disposition: Disposition) => disposition === 'escalated' || disposition === 'inconclusive';

/** Checks the model's conclusion against the journal; then makes sure that a person is told, if one must be. */
export async function concludeByModel(
  call: CallState,
  state: RunState,
  journal: Journal,
  parts: EndingParts,
): Promise<null> {
  const args = parseArguments(concludeTool, call.arguments);
  const refuse = async (code: string, message: string): Promise<null> => {
    await journal.append({ type: 'call_refused', callId: call.id, code, message });
    return null;
  };
  if (!args.ok) return refuse('invalid_arguments', args.message);
  const objection = objectionTo(args.value, state);
  if (objection) return refuse(objection.code, objection.message);
  return end(args.value, 'model', state, journal, parts);
}

/** Ends a run for which the model found no end: hands over what is known. */
export const concludeByService = (
  reason: string,
  state: RunState,
  journal: Journal,
  parts: EndingParts,
): Promise<null> => {
  const summary = `Automatic triage stopped: ${reason}. What it found stands in the run's timeline.`;
  return end({ disposition: 'inconclusive', reason, summary, evidence: [] }, 'service', state, journal, parts);
};

export async function concludeRecovered(journal: Journal): Promise<null> {
  const reason = 'the sender reported recovery before triage began';
  const entry = {
    disposition: 'no_action',
    reason,
    summary: reason,
    evidence: [],
    ticket: null,
    by: 'service',
  } as const;
  await journal.append({ type: 'concluded', ...entry });
  return null;
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
    const handOver = state.calls.get(handOverId);
    if (!handOver) {
      const call = handOverCall(conclusion, reasons, state, parts);
      if (call) {
        await journal.append({ type: 'service_called', call });
        return null;
      }
      reasons.push(`nobody was told in BMS: ${state.scope?.scope.reason ?? 'no ticket is known'}`);
    } else {
      reasons.push(...handOverTrouble(handOver));
    }
  }
  const reason = reasons.join('; ');
  await journal.append({ type: 'concluded', disposition, reason, summary, evidence, ticket: ticketOf(state), by });
  return null;
}

/** With a ticket: move it to the escalation queue. With an account only: open a ticket. Without either: nothing can be done. */
function handOverCall({ summary }: Conclusion, reasons: string[], { scope, alert }: RunState, parts: EndingParts) {
  const details = `Automatic triage hands this over.\nWhy: ${reasons.join('; ')}\n\n${summary}`.slice(0, 4000);
  const ticket = scope?.scope.ticket;
  const call = (name: string, args: unknown) => ({ id: handOverId, name, arguments: JSON.stringify(args) });
  if (ticket)
    return call('create_a_kaseya_bms_assignticket', { ticketId: ticket.id, queue: parts.escalationQueue, details });
  if (scope?.scope.account)
    return call('create_a_kaseya_bms_rmm_ticket', { title: alert.title.slice(0, 200), details });
  return null;
}

function handOverTrouble({ result }: CallState): string[] {
  if (result?.kind === 'error') return [`the hand-over was not written to BMS: ${result.message}`];
  if (result?.kind === 'write' && result.outcome !== 'done') return [`hand-over ${result.outcome}: ${result.message}`];
  if (result?.kind === 'job' && result.outcome !== 'succeeded')
    return [`the hand-over ticket is ${result.outcome}: ${result.message}`];
  return [];
}
