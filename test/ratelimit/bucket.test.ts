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

t.test('a bucket grants many callers at once no more than its limit in any trailing window', async (t) => {
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
  t.ok((sent.at(-1) ?? 0) - (sent[0] ?? 0) < 2_500, 'the calls take not much longer than they must');
});

t.test('a bucket with no calls left refuses a call and says how long to wait', async (t) => {
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

t.test('a 429 holds every caller back for as long as the upstream says', async (t) => {
  const one = bucket(100, 60_000, { tenant: 'shared' });
  const two = bucket(100, 60_000, { tenant: 'shared' });
  await (await one.acquire('GET /a', signal)).answered(429, { retryAfterMs: 30_000 });
  const error = await two.acquire('GET /a', signal).catch((thrown: unknown) => thrown);
  t.ok(error instanceof RetryableError && error.retryAfterMs > 25_000);
});

t.test('an answer can lower the limit and the number of calls left at once, but not raise them', async (t) => {
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

t.test("a run's hand-over does not wait in the place of the run's own reads", async (t) => {
  const shared = bucket(100, 60_000);
  const call = async (id: string, lane: 'triage' | 'escalation') => {
    const permit = await shared.acquire('GET /a', signal, { id, lane, client: 'c' });
    await permit.answered(200, { remaining: 100 });
  };
  // The second half of the limit is paced: the reads wait, and the run's own read waits behind them.
  for (let i = 0; i < 60; i += 1) await call(`spent ${i}`, 'escalation');
  const reads = Array.from({ length: 10 }, (_, i) => call(`read ${i}`, 'triage'));
  t.ok((await Promise.allSettled(reads)).some(({ status }) => status === 'rejected'));
  await t.rejects(call('run', 'triage'), { code: 'rate_limited' });
  await call('run', 'escalation');
});

t.test('a caller that gives up before its turn keeps no place in the queue', async (t) => {
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

t.test('a bucket accepts windows and leases with fractions of a millisecond', async (t) => {
  const odd = bucket(2, 1000.5, { leaseMs: 5000.5 });
  await (await odd.acquire('GET /a', signal)).answered(200, {});
  t.ok(await odd.acquire('GET /a', signal));
});

t.test('a call costs at most the whole limit of its bucket', async (t) => {
  const small = bucket(10, 60_000, { tenant: 'capped' });
  const permit = await small.acquire('GET /a', signal, { costs: { 'GET /a': 1_000_000 } });
  await permit.answered(200, {});
  t.equal((await viewLimits(redis, ports.now)).find(({ bucket }) => bucket === 'capped GET /a')?.used, 10);
});
