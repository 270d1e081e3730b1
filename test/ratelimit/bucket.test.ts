import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { RetryableError } from '../../src/errors.ts';
import { createBucket } from '../../src/ratelimit/bucket.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const { signal } = new AbortController();
setMaxListeners(0, signal);
let tenants = 0;
const bucket = (
  requests: number,
  windowMs: number,
  options: { leaseMs?: number; patienceMs?: number; tenant?: string } = {},
) => {
  tenants += 1;
  return createBucket(redis, {
    tenant: options.tenant ?? `t${tenants}`,
    limitOf: () => ({ requests, windowMs }),
    leaseMs: options.leaseMs ?? 5_000,
    patienceMs: options.patienceMs ?? 0,
  });
};

t.test('never more than the limit in any trailing window, for many callers at once', async (t) => {
  const shared = bucket(5, 400, { patienceMs: 10_000 });
  const sent: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      const permit = await shared.acquire('GET /a', signal);
      sent.push(Date.now());
      await sleep(Math.random() * 20);
      await permit.answered(200, {});
    }),
  );
  sent.sort((a, b) => a - b);
  for (let i = 5; i < sent.length; i += 1)
    t.ok((sent[i] ?? 0) - (sent[i - 5] ?? 0) >= 395, `call ${i} is a window after call ${i - 5}`);
  t.ok((sent.at(-1) ?? 0) - (sent[0] ?? 0) < 2_500, 'and not much slower than it must be');
});

t.test('no calls left: it says for how long', async (t) => {
  const small = bucket(1, 60_000);
  await (await small.acquire('GET /a', signal)).answered(200, {});
  const error = await small.acquire('GET /a', signal).catch((thrown: unknown) => thrown);
  t.ok(error instanceof RetryableError && error.code === 'rate_limited');
  t.ok(error instanceof RetryableError && error.retryAfterMs > 55_000 && error.retryAfterMs <= 60_000);
  await small.acquire('GET /b', signal);
});

t.test('an unused permit is free at once', async (t) => {
  const small = bucket(1, 60_000);
  await (await small.acquire('GET /a', signal)).unused();
  t.ok(await small.acquire('GET /a', signal));
});

t.test('a permit whose holder died comes back after its lease and one window', async (t) => {
  const small = bucket(1, 200, { leaseMs: 200, patienceMs: 2_000 });
  await small.acquire('GET /a', signal);
  const startedAt = Date.now();
  await small.acquire('GET /a', signal);
  t.ok(Date.now() - startedAt >= 390);
});

t.test('a 429 holds everybody back for as long as the upstream says', async (t) => {
  const one = bucket(100, 60_000, { tenant: 'shared' });
  const two = bucket(100, 60_000, { tenant: 'shared' });
  await (await one.acquire('GET /a', signal)).answered(429, { retryAfterMs: 30_000 });
  const error = await two.acquire('GET /a', signal).catch((thrown: unknown) => thrown);
  t.ok(error instanceof RetryableError && error.retryAfterMs > 25_000);
});

t.test('what the upstream says can only lower: a smaller limit, fewer calls left', async (t) => {
  const lowered = bucket(10, 60_000);
  await (await lowered.acquire('GET /a', signal)).answered(200, { limit: 2 });
  await (await lowered.acquire('GET /a', signal)).answered(200, { limit: 500 });
  await t.rejects(lowered.acquire('GET /a', signal), { code: 'rate_limited' });

  const foreign = bucket(10, 60_000);
  await (await foreign.acquire('GET /a', signal)).answered(200, { remaining: 9, resetMs: 30_000 });
  const early = await foreign.acquire('GET /a', signal);
  const late = await foreign.acquire('GET /a', signal);
  await late.answered(200, { remaining: 0, resetMs: 30_000 });
  await early.answered(200, { remaining: 8, resetMs: 30_000 });
  await t.rejects(
    foreign.acquire('GET /a', signal),
    { code: 'rate_limited' },
    'a late, larger "remaining" changes nothing',
  );
});
