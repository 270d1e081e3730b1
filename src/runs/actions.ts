import { fold } from '../domain/fold.ts';
import type { Mode, Place } from '../domain/journal.ts';
import type { Ports } from '../domain/ports.ts';
import type { CancelAnswer, RetryAnswer } from '../domain/run-action.ts';
import { viewRun, viewStep } from '../domain/run-view.ts';
import type { Task } from '../domain/task.ts';
import { enqueueRun, wake } from '../queue/queues.ts';
import type { FailFast } from '../store/connection.ts';
import type { Stores } from './stores.ts';

/** A person's request is answered from Redis, or refused at once when Redis is down. */
export interface RunActionDeps extends Stores, Pick<Ports, 'newId'> {
  failFast: FailFast;
  mode: Mode;
}

/** Longer than it may take to store the journal. */
const untilStoredMs = 3_000;

/**
 * Opens a run for a task. Its queue job is added first, because a job without a journal does nothing; a journal
 * without a job would wait for ever.
 */
export async function openTask(
  task: Task,
  { failFast, newId, queues, incidents, mode }: RunActionDeps,
): Promise<{ runId: string }> {
  const runId = newId();
  await failFast(() => enqueueRun(queues.runs, runId, { delay: untilStoredMs }));
  await failFast(() => incidents.openTask(runId, task, mode));
  // It starts by itself if this fails.
  await failFast(() => wake(queues.runs, runId)).catch(() => false);
  return { runId };
}

/** What a person can do with a run. */
export function runActions({ failFast, queues, incidents, journals, mode }: RunActionDeps) {
  const getRun = async (id: string) => viewRun(id, await journals.read(id));
  return {
    async cancelRun(id: string, by: string): Promise<CancelAnswer> {
      const run = await getRun(id);
      if (!run || run.state === 'concluded') return run ? 'over' : 'unknown';
      await failFast(() => journals.addFact(id, { type: 'cancel_requested', by }));
      await failFast(() => wake(queues.runs, id));
      return 'asked';
    },
    async retryRun(id: string, by: string): Promise<RetryAnswer> {
      const entries = await failFast(() => journals.read(id));
      if (entries.length === 0) return { verdict: 'unknown' };
      const { subject, concluded } = fold(entries);
      if (!concluded) return { verdict: 'alive' };
      const { runId, isNew } = await failFast(() => incidents.openRetry(id, subject, mode, by));
      await failFast(() => enqueueRun(queues.runs, runId));
      return { verdict: isNew ? 'opened' : 'retried', runId };
    },
    readJournal: (id: string) => failFast(() => journals.read(id)),
    isKnown: async (id: string) => (await failFast(() => journals.length(id))) > 0,
    async readNewSteps(places: ReadonlyMap<string, Place>) {
      const news = await failFast(() => journals.readNews(places));
      return new Map(
        [...news].map(([id, added]) => [id, added && { steps: added.entries.map(viewStep), place: added.place }]),
      );
    },
  };
}
