import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { RetryableError } from '../errors.ts';
import { acquire } from './acquire.lua.ts';
import type { LimitNews } from './headers.ts';
import { report } from './report.lua.ts';

export interface Limit {
  requests: number;
  windowMs: number;
}

/** A permit to send one request. Exactly one of the two must be called, whatever became of the request. */
export interface Permit {
  /** It was sent. `status` null: no answer came. */
  answered(status: number | null, news: LimitNews): Promise<void>;
  /** It was never sent: the permit is free again at once. */
  unused(): Promise<void>;
}

export interface Bucket {
  /**
   * Waits for a permit for `endpoint` (method and path template). A wait up to `patienceMs` is slept; a longer one is
   * thrown as `RetryableError` `rate_limited`, so that the run can be parked and its slot freed.
   */
  acquire(endpoint: string, signal: AbortSignal): Promise<Permit>;
}

export interface BucketOptions {
  tenant: string;
  limitOf(endpoint: string): Limit;
  /** Longer than any request may take, so that a permit in use is never given out twice. */
  leaseMs: number;
  patienceMs: number;
}

/** Block after a 429 that does not say for how long. */
const defaultBlockMs = 10_000;

type Script = (...parts: (string | number)[]) => Promise<number>;

export function createBucket(redis: Redis, options: BucketOptions): Bucket {
  redis.defineCommand('bms_acquire', { numberOfKeys: 2, lua: acquire });
  redis.defineCommand('bms_report', { numberOfKeys: 2, lua: report });
  const run = (name: string): Script => {
    const command = Reflect.get(redis, name) as Script;
    return (...parts) => command.apply(redis, parts);
  };

  return {
    async acquire(endpoint, signal) {
      const { requests, windowMs } = options.limitOf(endpoint);
      const base = `{bms}:limit:${options.tenant}:${endpoint}`;
      const places = [`${base}:used`, `${base}:meta`];
      const id = randomUUID();
      const giveUpAt = Date.now() + options.patienceMs;
      for (;;) {
        const waitMs = await run('bms_acquire')(...places, id, requests, windowMs, options.leaseMs);
        if (waitMs === 0) break;
        if (Date.now() + waitMs > giveUpAt) {
          throw new RetryableError('rate_limited', `${endpoint} has no calls left`, { retryAfterMs: waitMs });
        }
        await sleep(waitMs + Math.random() * 20, undefined, { signal });
      }
      const settle = (blockMs: number, sent: 0 | 1, news: LimitNews) =>
        run('bms_report')(
          ...places,
          id,
          windowMs,
          requests,
          blockMs,
          news.limit ?? '',
          news.remaining ?? '',
          news.resetMs ?? '',
          sent,
        );
      return {
        async answered(status, news) {
          const blockMs = status === 429 ? Math.max(1, news.retryAfterMs ?? news.resetMs ?? defaultBlockMs) : 0;
          await settle(blockMs, 1, news);
        },
        async unused() {
          await settle(0, 0, {});
        },
      };
    },
  };
}
