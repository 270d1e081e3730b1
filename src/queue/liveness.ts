import type { Queue } from 'bullmq';

/** Names a queue whose workers take nothing although work waits; null when all is well, or Redis is not. */
export type StuckCheck = () => Promise<string | null>;

interface Standstill {
  jobId: string;
  since: number;
}

/**
 * A worker can be connected and yet take no more jobs; a PING does not show it, standing still does: the same job is
 * first in line for `boundMs` while none is active. It is seen by whoever asks from time to time. While Redis is away or
 * refuses writes (`canWork` false) nobody can take a job, and starting a worker again would not help: time does not count.
 */
export function createStuckCheck(
  queues: readonly Queue[],
  canWork: () => Promise<boolean>,
  boundMs: number,
  now: () => number,
): StuckCheck {
  const seen = new Map<string, Standstill>();
  const isStuck = async (queue: Queue): Promise<boolean> => {
    const [[first], active] = await Promise.all([
      queue.getJobs(['waiting', 'prioritized'], 0, 0, true),
      queue.getActiveCount(),
    ]);
    const before = seen.get(queue.name);
    if (!first?.id || active > 0) return seen.delete(queue.name) && false;
    if (before?.jobId !== first.id) seen.set(queue.name, { jobId: first.id, since: now() });
    return before?.jobId === first.id && now() - before.since >= boundMs;
  };
  return async () => {
    if (!(await canWork())) seen.clear();
    else for (const queue of queues) if (await isStuck(queue).catch(() => false)) return queue.name;
    return null;
  };
}
