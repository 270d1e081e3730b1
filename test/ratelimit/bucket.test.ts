import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { RetryableError } from '../../src/domain/errors.ts';
import { createBucket } from '../../src/ratelimit/bucket.ts';
import { viewLimits } from '../../src/ratelimit/view.ts';
import { ports } from '../helpers/ports.ts';
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
    ...ports,
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

t.test("a run's hand-over does not stand in its own reads' place", async (t) => {
  const shared = bucket(100, 60_000);
  const call = async (id: string, lane: 'triage' | 'escalation') => {
    const permit = await shared.acquire('GET /a', signal, { id, lane, client: 'c' });
    await permit.answered(200, { remaining: 100 });
  };
  // The second half is paced: reads wait, and the run's read behind others.
  for (let i = 0; i < 60; i += 1) await call(`spent ${i}`, 'escalation');
  const reads = Array.from({ length: 10 }, (_, i) => call(`read ${i}`, 'triage'));
  t.ok((await Promise.allSettled(reads)).some(({ status }) => status === 'rejected'));
  await t.rejects(call('run', 'triage'), { code: 'rate_limited' });
  await call('run', 'escalation');
});

t.test('who gives up before its turn keeps no place', async (t) => {
  const small = bucket(1, 60_000, { tenant: 'gives up' });
  await (await small.acquire('GET /a', signal)).answered(200, {});
  const waiting = async () =>
    (await viewLimits(redis, ports.now)).find(({ bucket }) => bucket === 'gives up GET /a')?.waiting.triage;
  await t.rejects(small.acquire('GET /a', signal, { id: 'run', givesUpAt: Date.now() + 30_000 }), {
    code: 'rate_limited',
  });
  t.equal(await waiting(), 0);
  await t.rejects(small.acquire('GET /a', signal, { id: 'run', givesUpAt: Date.now() + 90_000 }), {
    code: 'rate_limited',
  });
  t.equal(await waiting(), 1);
});

t.test('windows and leases of fractions of a millisecond', async (t) => {
  const odd = bucket(2, 1000.5, { leaseMs: 5000.5 });
  await (await odd.acquire('GET /a', signal)).answered(200, {});
  t.ok(await odd.acquire('GET /a', signal));
});

t.test('a call cannot cost more than there ever is', async (t) => {
  const small = bucket(10, 60_000, { tenant: 'dear' });
  const permit = await small.acquire('GET /a', signal, { costs: { 'GET /a': 1_000_000 } });
  await permit.answered(200, {});
  t.equal((await viewLimits(redis, ports.now)).find(({ bucket }) => bucket === 'dear GET /a')?.used, 10);
});
