import type { Redis } from 'ioredis';
import type { EntryBody, Mode, Subject } from '../domain/journal.ts';
import { encodeEntry } from '../domain/journal-codec.ts';
import { isoAt, type Ports } from '../domain/ports.ts';
import type { Task } from '../domain/task.ts';
import { keys } from './keys.ts';
import { type Page, readPage } from './page.ts';

/** Runs that no alert opens. Opening one writes the first entry of its journal; its queue job is the caller's to add. */
export interface RunOpenings {
  /** Opens run `runId` for a task. It has no incident. */
  openTask(runId: string, task: Task, mode: Mode): Promise<void>;
  /**
   * Opens a run over the subject of run `retried`, asked for by `by`. A run is retried at most once: `isNew` is false
   * when `runId` was open already.
   */
  openRetry(retried: string, subject: Subject, mode: Mode, by: string): Promise<{ runId: string; isNew: boolean }>;
  /** Every run, newest first, those that alerts opened as well. */
  listRunIds(cursor: string | null): Promise<Page<string>>;
}

export function createRunOpenings(
  redis: Redis,
  { retentionDays, now: clock, newId }: Pick<Ports, 'now' | 'newId'> & { retentionDays: number },
): RunOpenings {
  const retention = retentionDays * 86_400;

  const open = async (runId: string, queued: Extract<EntryBody, { type: 'queued' }>) => {
    const now = clock();
    const steps = redis.multi().xadd(keys.journal(runId), '*', 'e', encodeEntry(queued, isoAt(now)));
    steps.expire(keys.journal(runId), retention).zadd(keys.runs(), now, runId);
    steps.zremrangebyscore(keys.runs(), '-inf', now - retention * 1000);
    await steps.exec();
  };

  return {
    openTask: (runId, task, mode) =>
      open(runId, { type: 'queued', subject: { kind: 'task', task }, mode, retryOf: null }),
    async openRetry(retried, subject, mode, by) {
      await redis.set(keys.retry(retried), newId(), 'EX', retention, 'NX');
      // A process that died between the two steps left an id without a run: it is used now.
      const runId = (await redis.get(keys.retry(retried))) ?? newId();
      if (await redis.exists(keys.journal(runId))) return { runId, isNew: false };
      await open(runId, { type: 'queued', subject, mode, retryOf: { runId: retried, by } });
      // RPUSHX: if the incident has expired, its list of runs is not created again.
      if (subject.kind === 'alert') await redis.rpushx(keys.incidentRuns(subject.incidentId), runId);
      return { runId, isNew: true };
    },
    listRunIds: (cursor) => readPage(redis, keys.runs(), cursor),
  };
}
