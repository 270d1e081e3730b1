import type { Queue } from 'bullmq';

/** Names a queue whose workers take no jobs although some wait; null when there is none, or Redis cannot be used. */
export type StuckCheck = () => Promise<string | null>;

interface Standstill {
  jobId: string;
  since: number;
}

/**
 * A worker can be connected and yet take no more jobs. A PING does not show that, a standstill does: the same job has been
 * first in line for `boundMs` while none is active. The check must be called from time to time, as it compares with what
 * it saw before. While Redis is down or refuses writes (`canWork` false) no worker can take a job and a restart would not
 * help, so that time does not count.
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
