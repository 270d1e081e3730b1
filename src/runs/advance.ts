import type { Logger } from 'pino';
import { giveUp } from '../agent/end-early.ts';
import { type TriageDeps, type TriageProgress, triage } from '../agent/triage.ts';
import { waitsForBms } from '../agent/wait.ts';
import type { WaitingRuns } from '../queue/waiting.ts';
import type { OwnedJournal } from '../store/journal.ts';
import { asClient } from './as-client.ts';
import { type FinishDeps, finishRun } from './finish.ts';
import { postponeIfNewer } from './newer-journal.ts';

export interface AdvanceDeps extends FinishDeps {
  triage: TriageDeps;
  /** Runs that wait for BMS to be back. */
  waiting: WaitingRuns;
  log: Logger;
}

/**
 * One turn of work on a run, by its owner: leave the list of those that wait for BMS → triage in the client's name →
 * wait for a newer release if its journal needs one → join the list again if BMS is down → finish if it has concluded.
 */
export async function advanceRun(
  journal: OwnedJournal,
  deps: AdvanceDeps,
  signal: AbortSignal,
): Promise<TriageProgress> {
  const { triage: triageDeps, waiting, log } = deps;
  const { runId } = journal;
  await waiting.leave(runId);
  const work = asClient(journal, triageDeps.budget, (costed) => triage(costed, triageDeps, signal));
  const progress = await work.catch(postponeIfNewer(runId, log, triageDeps.now));
  if (progress.kind === 'suspended' && progress.reason.startsWith(waitsForBms)) await waiting.join(runId);
  if (progress.kind === 'concluded') await finishRun(journal, progress.state, deps);
  return progress;
}

/** A run's turns on these dependencies, for the queue "runs". */
export const createRunTurns = (deps: AdvanceDeps) => ({
  advance: (journal: OwnedJournal, signal: AbortSignal) => advanceRun(journal, deps, signal),
  giveUp: (journal: OwnedJournal, reason: string) => abandonRun(journal, reason, deps),
});

/** Ends a run that keeps failing, so that its alert still gets an outcome. */
export async function abandonRun(journal: OwnedJournal, reason: string, deps: AdvanceDeps): Promise<void> {
  await finishRun(journal, await giveUp(journal, reason), deps);
}
