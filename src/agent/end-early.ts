import { fold } from '../domain/fold.ts';
import { isQueued, pendingBatches, pendingCalls, type RunState } from '../domain/run-state.ts';
import { traceOf } from '../tools/ledger.ts';
import { type ActDeps, act } from './act.ts';
import { concludeCancelled, concludeUnworked } from './hand-over.ts';
import type { RunJournal } from './run-journal.ts';
import type { Wait } from './wait.ts';

/** Only an upstream that stays down keeps a run this long: every other wait is shorter. */
const patienceMs = 24 * 3_600_000;

export const isTooOld = ({ startedAt }: RunState, now: number): boolean =>
  startedAt !== null && now - Date.parse(startedAt) > patienceMs;

/** Ends a cancelled run: drops what was not sent, waits for what is under way, then leaves the rest to a person. */
export async function stop(state: RunState, by: string, journal: RunJournal, deps: ActDeps): Promise<Wait | null> {
  const reason = `cancelled by ${by}`;
  await dropRows(state, reason, journal);
  for (const { id, intent, job } of pendingCalls(state)) {
    if (!intent && !job) await journal.append({ type: 'call_refused', callId: id, code: 'cancelled', message: reason });
  }
  const left = fold(await journal.read());
  return pendingCalls(left).length > 0 ? act(left, journal, deps) : concludeCancelled(reason, left, journal);
}

/** Ends a run that has waited too long. Nothing of it may be sent later; rows that are in a batch are waited for. */
export async function giveUpWaiting(
  state: RunState,
  journal: RunJournal,
  { now }: Pick<ActDeps, 'now'>,
): Promise<Wait | null> {
  const reason = 'BMS could not be reached for a day';
  await dropRows(state, reason, journal);
  const isUnderWay = pendingBatches(fold(await journal.read())).length > 0;
  if (isUnderWay) return { reason: 'waiting_for_result', until: now() + betweenDropsMs };
  return concludeUnworked(reason, journal);
}

/** A batch that was not sent puts its rows back into the queue, where they can be dropped. */
const betweenDropsMs = 15_000;

/**
 * Ends a run that keeps failing for reasons that waiting does not fix. If one of its rows is in a batch that is put back,
 * the row is dropped, because the run has concluded.
 */
export async function giveUp(journal: RunJournal, reason: string): Promise<RunState> {
  const state = fold(await journal.read());
  if (state.concluded) return state;
  await dropRows(state, reason, journal);
  await concludeUnworked(reason, journal);
  return fold(await journal.read());
}

/** Takes the run's rows out of the queue, except those that a batch has claimed. */
async function dropRows(state: RunState, reason: string, journal: RunJournal): Promise<void> {
  for (const call of pendingCalls(state)) {
    const action = call.intent?.batch;
    const { transactionId } = traceOf({ runId: journal.runId, callId: call.id });
    if (isQueued(call) && action) await journal.dropRow({ callId: call.id, transactionId, action }, reason);
  }
}
