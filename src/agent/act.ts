import { fold } from '../domain/fold.ts';
import { pendingCalls, type RunState } from '../domain/run-state.ts';
import { offered } from '../tools/facts.ts';
import type { LedgerDeps, Progress } from '../tools/ledger.ts';
import { advanceCall } from '../tools/seam.ts';
import type { Tool } from '../tools/tool.ts';
import type { TouchDeps } from '../tools/touch.ts';
import { outlasts, type RunBudget } from './budget.ts';
import { concludeName } from './conclude.ts';
import { concludeByModel, type HandOverDeps, isHandOver } from './hand-over.ts';
import type { RunJournal } from './run-journal.ts';
import type { Wait } from './wait.ts';

export interface ActDeps extends TouchDeps, HandOverDeps, Omit<LedgerDeps, keyof RunJournal> {
  /** Every tool there is, by name; a run may call those for its subject. */
  tools: ReadonlyMap<string, Tool>;
  budget: RunBudget;
}

/**
 * Advances the pending calls in their order. A call that waits holds up no other call except the conclusion, which must
 * see every result. The run waits until the first call is due.
 */
export async function act(state: RunState, journal: RunJournal, deps: ActDeps): Promise<Wait | null> {
  const open = pendingCalls(state);
  const waits: number[] = [];
  for (const { id } of open.filter((call) => call.name !== concludeName)) {
    const progress = await advance(id, journal, deps);
    if (progress !== 'done') waits.push(progress.until);
  }
  if (waits.length > 0) return { reason: 'waiting_for_result', until: Math.min(...waits) };
  const conclusion = open.find((call) => call.name === concludeName);
  return conclusion ? concludeByModel(conclusion, fold(await journal.read()), journal, deps) : null;
}

async function advance(callId: string, journal: RunJournal, deps: ActDeps): Promise<Progress> {
  const state = fold(await journal.read());
  const call = state.calls.get(callId);
  if (!call || call.result || !state.scope) return 'done';
  const context = { runId: journal.runId, callId, state, scope: state.scope.scope };
  const tools = offered(deps.tools, state.subject);
  return advanceCall(call, context, { ...deps, ...journal, tools }).catch(
    refuseIfTooLate(state, callId, journal, deps),
  );
}

/** A wait for the rate budget that would outlast the run becomes the call's result; any other error is thrown on. */
const refuseIfTooLate =
  (state: RunState, callId: string, journal: RunJournal, { budget, now }: ActDeps) =>
  async (error: unknown): Promise<Progress> => {
    const message = outlasts(error, state, budget, now());
    if (message === null || (await mustWait(callId, journal))) throw error;
    await journal.append({ type: 'call_refused', callId, code: 'rate_limited', message });
    return 'done';
  };

/** A write that may have been made must be read back, and people must be notified, however long that takes. */
const mustWait = async (callId: string, journal: RunJournal): Promise<boolean> =>
  isHandOver(callId) || fold(await journal.read()).calls.get(callId)?.intent !== null;
