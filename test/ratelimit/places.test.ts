import t from 'tap';
import { lanes } from '../../src/domain/call-context.ts';
import type { Ending } from '../../src/ratelimit/steps.ts';
import { redisClient } from '../helpers/redis.ts';
import { drawOf, passed } from './draws.ts';
import { virtualClock } from './virtual-clock.ts';

// The order in which callers are served: places in the queue, and turns of the pace.
const { steps, at } = virtualClock(await redisClient(t));
const leaseMs = 300;
const triage = lanes.indexOf('triage');
const poll = lanes.indexOf('poll');

/** A bucket of its own, whose upstream has stated that the whole limit is left, and calls of that bucket. */
async function bucket(name: string, limit: number, windowMs: number, now: number) {
  let permits = 0;
  /** Asks for a permit; a granted call is answered at once. Returns the wait in ms, 0 when granted. */
  async function call(waiter: string, options: { lane?: number; client?: string; cost?: number } = {}) {
    const { lane = triage, client = waiter, cost = 1 } = options;
    permits += 1;
    const permit = `${name} ${permits}`;
    const draw = { ...drawOf(name, limit, windowMs), cost };
    const { waitMs } = await steps.acquire({ permit, waiter, leaseMs, lane, client }, [draw]);
    if (waitMs === 0)
      await steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed, spent: cost, remaining: limit }]);
    return waitMs;
  }
  await at(now);
  await call('first', { lane: 0 });
  return { call };
}

t.test('a waiter that leaves the queue unserved has used up no turn of its client', async (t) => {
  const start = 1_000_000;
  const { call } = await bucket('left', 101, 60_000, start);
  /** Uses up the limit, a call every 10 ms, so that a place in the queue can be read from the wait. */
  const spend = async (from: number) => {
    for (let i = 0; i < 100; i += 1) {
      await at(from + 10 * i);
      await call(`spent${from + i}`, { lane: 0 });
    }
  };
  await spend(start);
  // One caller waits all the time, or all turns would be forgotten.
  await call('stays', { lane: poll });
  for (let i = 0; i < 40; i += 1) await call(`vanishes${i}`, { client: 'late' });
  await spend(start + 60_000);
  await call('stays', { lane: poll });
  await at(start + 63_000);
  for (let i = 0; i < 30; i += 1) await call(`busy${i}`, { client: 'busy' });
  const newcomer = await call('newcomer');
  const late = await call('late again', { client: 'late' });
  t.ok(newcomer > 0);
  t.ok(late <= newcomer + 20, `${late} ms, a newcomer ${newcomer} ms`);
});

t.test('the call after an expensive paced call waits less than a window', async (t) => {
  const start = 2_000_000;
  const { call } = await bucket('expensive', 1_000, 60_000, start);
  t.equal(await call('storm', { lane: 0, cost: 520 }), 0);
  await at(start + 1_000);
  t.equal(await call('expensive', { cost: 400 }), 0);
  await at(start + 2_000);
  const waitMs = await call('next', { cost: 10 });
  t.ok(waitMs < 60_000, `${waitMs} ms`);
});

t.test(
  'a paced turn that is due goes to the caller that has waited, not to a caller that arrives at that moment',
  async (t) => {
    const start = 3_000_000;
    const { call } = await bucket('turn', 100, 60_000, start);
    for (let i = 0; i < 60; i += 1) await call(`spent${i}`, { lane: 0 });
    let waitMs = 0;
    while (waitMs === 0) waitMs = await call('waits');
    // The turn is due; another caller asks a moment before the waiter does.
    await at(start + waitMs);
    t.ok((await call('passer-by')) > 0);
    t.equal(await call('waits'), 0);
  },
);

t.test('a background call that wants nearly all of the limit is served when no other call wants any', async (t) => {
  const start = 4_000_000;
  const { call } = await bucket('all of it', 100, 60_000, start);
  await at(start + 120_000);
  t.equal(await call('scan', { lane: poll, cost: 99 }), 0);
});

t.test('the block after a refusal that states no wait doubles with each probe that is refused', async (t) => {
  const draw = drawOf('silent', 10, 60_000);
  let now = 5_000_000;
  const blocks: number[] = [];
  for (let probe = 0; probe < 4; probe += 1) {
    await at(now);
    const permit = `probe${probe}`;
    const { refusedBy } = await steps.acquire({ permit, waiter: permit, leaseMs, lane: 0, client: 'c' }, [draw]);
    t.equal(refusedBy, null);
    await steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed, verdict: { forMs: null } }]);
    const [, , , , , blockedMs = 0] = await steps.inspect(draw.name);
    blocks.push(blockedMs);
    now += blockedMs;
  }
  t.same(blocks, [10_000, 20_000, 40_000, 80_000]);
});

t.test('a refusal by another bucket does not prove that a blocked bucket is open again', async (t) => {
  const draw = drawOf('behind', 10, 60_000);
  const probing = async () => (await steps.inspect(draw.name))[6];
  const call = async (permit: string, verdict: Ending['verdict']) => {
    await steps.acquire({ permit, waiter: permit, leaseMs, lane: 0, client: 'c' }, [draw]);
    await steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed, verdict }]);
  };
  await at(6_000_000);
  await call('refused', { forMs: 5_000 });
  await at(6_005_001);
  await call('refused by another', 'unknown');
  t.equal(await probing(), 1);
  await call('let through', 'passed');
  t.equal(await probing(), 0);
});

t.test('a guessed limit is paced only after an answer has lowered it', async (t) => {
  const draw = { ...drawOf('guess', 100, 60_000), isGuess: true };
  let permits = 0;
  const call = async (limit: number | null) => {
    permits += 1;
    const ask = { permit: `guess${permits}`, waiter: `guess${permits}`, leaseMs, lane: triage, client: 'c' };
    const { waitMs } = await steps.acquire(ask, [draw]);
    if (waitMs === 0) await steps.settle(ask, 'answered', [{ draw, ...passed, limit, remaining: 100 }]);
    return waitMs;
  };
  await at(7_000_000);
  for (let i = 0; i < 70; i += 1) t.equal(await call(null), 0);
  t.equal(await call(90), 0);
  let waits = 0;
  for (let i = 0; i < 10; i += 1) if ((await call(90)) > 0) waits += 1;
  t.ok(waits > 0);
});
