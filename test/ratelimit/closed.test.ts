import { Redis } from 'ioredis';
import t from 'tap';
import { findServer, startNative } from '../../harness/redis.ts';
import { createBucket } from '../../src/ratelimit/bucket.ts';
import { ports } from '../helpers/ports.ts';
import { withoutRealRedis } from '../helpers/redis.ts';

t.test(
  'a bucket whose Redis is down grants no permit, and the answer of a call that was made can still be reported',
  { skip: withoutRealRedis },
  async (t) => {
    const server = await startNative(findServer() ?? '');
    t.teardown(() => server.stop());
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => {});
    t.teardown(() => redis.disconnect());
    const bucket = createBucket(redis, {
      ...ports,
      tenant: 'acme',
      limitOf: () => ({ requests: 5, windowMs: 60_000 }),
      leaseMs: 5_000,
      patienceMs: 0,
    });
    const { signal } = new AbortController();
    const permit = await bucket.acquire('GET /a', signal);
    server.server?.kill('SIGKILL');
    await t.rejects(bucket.acquire('GET /a', signal), { code: 'budget_unavailable' });
    await t.resolves(permit.answered(200, {}), 'the answer of the call that was made still counts');
  },
);
