import { DelayedError, type Job, type Worker } from 'bullmq';
import { errorCode, errorMessage, FencedError } from '../domain/errors.ts';
import type { RmmJob } from '../domain/journal.ts';
import type { Journals, OwnedJournal } from '../store/journal.ts';
import { createWorker, type Queues, type RunJob, type WorkerOptions, wake } from './queues.ts';

/** How a turn of work on a run ended: the run has concluded, or it waits without holding a slot. */
export type RunProgress =
  | { kind: 'concluded' }
  | {
      kind: 'suspended';
      /** When to go on at the latest, ms since the epoch. */
      until: number;
      /** The journal's length when the run last read it. Entries from outside lengthen it, and wake the run. */
      journalLength: number;
      /** RMM jobs whose results will wake the run. */
      jobs: RmmJob[];
      /** RMM actions with rows of the run in their queue, waiting for the next batch. */
      batches: string[];
    };

export interface RunDeps {
  queues: Queues;
  journals: Journals;
  /** Arranges that the run's RMM job is polled. */
  watch(runId: string, job: RmmJob): Promise<void>;
  /** Arranges that the action's next batch is sent. */
  armSubmit(action: string): Promise<void>;
  /** Works on the run until it concludes or has to wait. */
  advance(journal: OwnedJournal, signal: AbortSignal): Promise<RunProgress>;
  /** Ends a run that keeps failing, so that its alert still gets an outcome. */
  giveUp(journal: OwnedJournal, reason: string): Promise<void>;
}

/** The runs worker. Closing it aborts `signal`; runs in progress stop at their next step and go back to the queue. */
export function startRuns(deps: RunDeps, options: WorkerOptions & { signal: AbortSignal }): Worker<RunJob> {
  return createWorker<RunJob>('runs', (job, token) => work(job, token, deps, options), options);
}

/** After so many failures, waiting does not help. */
const triesBeforeGivingUp = 8;

async function work(
  job: Job<RunJob>,
  token: string,
  deps: RunDeps,
  { log, signal }: WorkerOptions & { signal: AbortSignal },
): Promise<void> {
  const { runId } = job.data;
  // A task's job is queued before its journal is stored. Storing it failed, and the person who asked got the error.
  if ((await deps.journals.length(runId)) === 0) return log.warn({ runId }, 'run_unknown');
  const journal = await deps.journals.own(runId);
  try {
    const progress = await deps.advance(journal, signal);
    if (progress.kind === 'suspended') await park(job, token, progress, deps);
  } catch (error) {
    if (error instanceof DelayedError) throw error;
    if (error instanceof FencedError) return log.warn({ runId }, 'run_taken_over');
    log.error(
      { runId, attempt: job.attemptsMade + 1, code: errorCode(error), error: errorMessage(error) },
      'run_failed',
    );
    if (job.attemptsMade + 1 < triesBeforeGivingUp) throw error;
    // If that fails too, the job is tried again: a run without an end is an alert without an outcome.
    await deps.giveUp(journal, `the run failed ${job.attemptsMade + 1} times; last: ${errorMessage(error)}`);
  }
}

/**
 * Delays the run's own job to its deadline, which frees the slot; from now on it goes before runs that have not begun. A
 * result is added to the journal first, then the job is promoted. A result that came before the job was delayed found
 * nothing to promote, so the journal's length is read once more.
 */
async function park(
  job: Job<RunJob>,
  token: string,
  progress: Extract<RunProgress, { kind: 'suspended' }>,
  { queues, journals, watch, armSubmit }: RunDeps,
): Promise<never> {
  const { runId } = job.data;
  for (const rmmJob of progress.jobs) await watch(runId, rmmJob);
  for (const action of progress.batches) await armSubmit(action);
  if (job.priority > 0) await job.changePriority({ priority: 0 });
  await job.moveToDelayed(progress.until, token);
  if ((await journals.length(runId)) > progress.journalLength) await wake(queues.runs, runId);
  throw new DelayedError();
}
