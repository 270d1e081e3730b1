import { Redis } from 'ioredis';
import { createBucket } from '../../../src/ratelimit/bucket.ts';
import { readLimitHeaders } from '../../../src/ratelimit/headers.ts';
import type { CreateStrategy } from '../strategy.ts';

/** As the service configures it; the lease is shorter, as the calls here are. Waits are slept, since nothing can be parked. */
export const ours: CreateStrategy = ({ cell, redisUrl, key, send }) => {
  const bucket = createBucket(new Redis(redisUrl, { maxRetriesPerRequest: null }), {
    tenant: key,
    limitOf: () => ({ requests: cell.limit, windowMs: cell.windowMs }),
    leaseMs: 5_000,
    patienceMs: 10 * cell.durationMs,
  });
  return {
    async run() {
      for (;;) {
        const permit = await bucket.acquire('GET /', new AbortController().signal);
        const answer = await send();
        await permit.answered(answer.status, readLimitHeaders(answer.headers, Date.now()));
        if (answer.status !== 429) return answer;
      }
    },
  };
};
