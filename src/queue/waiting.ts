import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Ports } from '../domain/ports.ts';
import { keys } from '../store/keys.ts';
import { type RunJob, wakeAll } from './queues.ts';

/** Runs that wait for BMS. Each goes on at its own time; all are woken when a worker sees that BMS is up. */
export interface WaitingRuns {
  join(runId: string): Promise<void>;
  leave(runId: string): Promise<void>;
  /** Wakes them all, a few at a time, so that they do not overload BMS as soon as it is up. */
  wake(signal: AbortSignal): Promise<void>;
}

const atOnce = 5;
const betweenMs = 1_000;

export function createWaitingRuns(
  redis: Redis,
  runs: Queue<RunJob>,
  { sleep, pauseMs = betweenMs }: Pick<Ports, 'sleep'> & { pauseMs?: number },
): WaitingRuns {
  const place = keys.waitingForBms();
  return {
    join: async (runId) => void (await redis.sadd(place, runId)),
    leave: async (runId) => void (await redis.srem(place, runId)),
    async wake(signal) {
      while (!signal.aborted) {
        const some = await redis.spop(place, atOnce);
        if (some.length === 0) return;
        await wakeAll(runs, some);
        await sleep(pauseMs, { signal }).catch(() => {});
      }
    },
  };
}
