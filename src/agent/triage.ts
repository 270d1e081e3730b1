import { fold } from '../domain/fold.ts';
import type { RmmJob } from '../domain/journal.ts';
import { pendingBatches, pendingCalls, pendingJobs, type RunState } from '../domain/run-state.ts';
import { type ActDeps, act } from './act.ts';
import { type AskDeps, ask } from './ask.ts';
import { exhausted } from './budget.ts';
import { giveUpWaiting, isTooOld, stop } from './end-early.ts';
import { type GatherDeps, gather } from './gather.ts';
import { concludeByService, concludeRecovered, concludeUnworked } from './hand-over.ts';
import { counting, type RunJournal } from './run-journal.ts';
import { shutdown, type Wait, waitAfter } from './wait.ts';

export type TriageProgress =
  | { kind: 'concluded'; state: RunState }
  /** Nothing to do before `until` (Unix time, ms), unless the journal grows beyond `journalLength`. */
  | { kind: 'suspended'; reason: string; until: number; journalLength: number; jobs: RmmJob[]; batches: string[] };

export interface TriageDeps extends GatherDeps, AskDeps, ActDeps {}

/**
 * Works on a run until it concludes or has to wait. Each round folds the journal, does the one thing that is due and
 * appends the outcome; so after any crash the run continues from where its journal ends.
 */
export async function triage(owned: RunJournal, deps: TriageDeps, signal: AbortSignal): Promise<TriageProgress> {
  const journal = counting(owned);
  const read = async () => fold(await journal.read());
  if (!(await read()).concluded) await journal.append({ type: 'started', epoch: journal.epoch });
  for (;;) {
    const state = await read();
    if (state.concluded) return { kind: 'concluded', state };
    const others = state.length - journal.appended();
    const wait = signal.aborted
      ? shutdown(deps)
      : await nextStep(state, journal, deps, signal).catch(waitAfter(state, deps));
    if (!wait) continue;
    const { reason, until } = wait;
    await journal.append({ type: 'suspended', reason, until: new Date(until).toISOString() });
    const left = await read();
    const [jobs, batches] = [pendingJobs(left), pendingBatches(left)];
    return { kind: 'suspended', reason, until, journalLength: others + journal.appended(), jobs, batches };
  }
}

/** gather → (ask → act and verify)* → conclude. Returns a wait when nothing more can be done now. */
async function nextStep(
  state: RunState,
  journal: RunJournal,
  deps: TriageDeps,
  signal: AbortSignal,
): Promise<Wait | null> {
  if (isTooOld(state, deps.now())) return giveUpWaiting(state, journal, deps);
  if (state.cancelledBy !== null) return stop(state, state.cancelledBy, journal, deps);
  if (state.sourceResolved && !hasBegun(state)) return concludeRecovered(journal);
  if (!state.scope) return findScope(state, journal, deps);
  const { account, reason } = state.scope.scope;
  if (state.subject.kind === 'task' && !account) return concludeUnworked(`${reason}: ask again`, journal);
  if (pendingCalls(state).length > 0) return act(state, journal, deps);
  const limit = exhausted(state, deps.budget, deps.now());
  if (limit) return concludeByService(limit.message, state, journal, deps);
  return ask(state, journal, deps, signal);
}

/** Without any answer of the model, the service may already be handing over to people: it must finish that. */
const hasBegun = ({ turns, calls }: RunState): boolean => turns.length > 0 || calls.size > 0;

async function findScope(state: RunState, journal: RunJournal, deps: TriageDeps): Promise<null> {
  await journal.append({ type: 'scope_resolved', scope: await gather(state.subject, deps) });
  return null;
}
