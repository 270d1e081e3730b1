import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { systemPorts as ports } from '../../../src/app/system-ports.ts';
import { RetryableError } from '../../../src/domain/errors.ts';
import { type AcquireOptions, createBucket } from '../../../src/ratelimit/bucket.ts';
import { readLimitHeaders } from '../../../src/ratelimit/headers.ts';
import type { Permit } from '../../../src/ratelimit/permit.ts';
import type { CreateStrategy } from '../strategy.ts';

const lanes = { urgent: 'escalation', normal: 'triage', background: 'poll' } as const;

/**
 * As the service uses it; the lease is shorter, as the calls here are. Where the service parks a run, this sleeps, and then
 * asks again in the same name.
 */
export const ours: CreateStrategy = ({ cell, redisUrl, key, send }) => {
  const bucket = createBucket(new Redis(redisUrl, { maxRetriesPerRequest: null }), {
    ...ports,
    tenant: key,
    limitOf: () => ({ requests: cell.limit, windowMs: cell.windowMs }),
    leaseMs: 5_000,
    patienceMs: 2_000,
  });
  const acquire = async (caller: AcquireOptions): Promise<Permit> => {
    for (;;) {
      try {
        return await bucket.acquire('GET /', new AbortController().signal, caller);
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        await sleep(error.retryAfterMs);
      }
    }
  };
  return {
    async run({ client, urgency }) {
      const caller = { lane: lanes[urgency], client, id: randomUUID() };
      for (;;) {
        const permit = await acquire(caller);
        const answer = await send();
        await permit.answered(answer.status, readLimitHeaders(answer.headers, Date.now()));
        if (answer.status !== 429) return answer;
      }
    },
  };
};
