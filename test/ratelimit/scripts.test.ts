import fc from 'fast-check';
import t from 'tap';
import { lanes } from '../../src/domain/call-context.ts';
import type { Draw, Ending, Verdict } from '../../src/ratelimit/steps.ts';
import { redisClient } from '../helpers/redis.ts';
import { drawOf, passed } from './draws.ts';
import { virtualClock } from './virtual-clock.ts';

const redis = await redisClient(t);

const { steps, at } = virtualClock(redis);

const windowMs = 1_000;
const leaseMs = 300;
/** One call's life as the script saw it. An upstream may have counted it at any moment from `from` to `to`. */
interface Sent {
  from: number;
  to: number;
}

/** The most that any window, on whichever clock, can have held. */
function mostInAWindow(sent: readonly Sent[]): number {
  return Math.max(
    0,
    ...sent.map(({ from }) => sent.filter((other) => other.from <= from && other.to > from - windowMs).length),
  );
}

const news = fc.record({
  limit: fc.option(fc.integer({ min: 1, max: 30 })),
  remaining: fc.option(fc.integer({ min: 0, max: 30 })),
  resetMs: fc.option(fc.integer({ min: 0, max: 3_000 })),
  verdict: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Verdict>('passed') },
    { weight: 1, arbitrary: fc.constant<Verdict>('unknown') },
    { weight: 1, arbitrary: fc.option(fc.integer({ min: 1, max: 500 })).map((forMs): Verdict => ({ forMs })) },
  ),
});

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('ask' as const), lane: fc.nat(lanes.length - 1), client: fc.nat(3) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(), news }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unused' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), which: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 400 }) }) },
  // Redis's clock is set back, as when it fails over to a machine whose clock is behind: time goes on all the same.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('back' as const), ms: fc.integer({ min: 1, max: 400 }) }) },
);

let buckets = 0;

t.test(
  'no sequence of events lets more calls than the limit into a window, and none loses a permit',
  { timeout: 100_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.array(action, { maxLength: 60 }), async (limit, actions) => {
        buckets += 1;
        const draw = drawOf(`property ${buckets}`, limit);
        const open = new Map<string, number>();
        const sent: Sent[] = [];
        let now = 1_000_000;
        let behind = 0;
        let permits = 0;
        const pick = (which: number) => [...open][which % Math.max(1, open.size)];
        const ask = async (lane: number, client: string) => {
          permits += 1;
          const permit = `p${permits}`;
          const { refusedBy } = await steps.acquire({ permit, waiter: permit, leaseMs, lane, client }, [draw]);
          if (refusedBy === null) open.set(permit, now);
          return refusedBy === null ? permit : null;
        };
        const end = async (permit: string, how: 'unused' | 'answered', change: Partial<Ending> = {}) => {
          if (how === 'answered') sent.push({ from: open.get(permit) ?? now, to: now });
          open.delete(permit);
          await steps.settle({ permit, leaseMs }, how, [{ draw, ...passed, ...change }]);
        };
        await at(now);
        for (const step of actions) {
          if (step.kind === 'pass') now += step.ms;
          if (step.kind === 'back') behind += step.ms;
          await at(now - behind);
          if (step.kind === 'ask') await ask(step.lane, `c${step.client}`);
          // A lease is longer than any call, so a call that outlived it counts as crashed.
          for (const [permit, from] of open)
            if (now >= from + leaseMs) {
              sent.push({ from, to: from + leaseMs });
              open.delete(permit);
            }
          const chosen = 'which' in step ? pick(step.which) : undefined;
          if (!chosen) continue;
          const [permit, from] = chosen;
          if (step.kind === 'answer') await end(permit, 'answered', { ...passed, ...step.news });
          if (step.kind === 'unused') await end(permit, 'unused');
          if (step.kind === 'crash') {
            sent.push({ from, to: from + leaseMs });
            open.delete(permit);
          }
        }
        const stillOpen = [...open.values()].map((from) => ({ from, to: now }));
        const most = mostInAWindow([...sent, ...stillOpen]);
        if (most > limit) throw new Error(`${most} calls in one window of ${limit}`);

        // All calls are over, and every block and reset has passed: the whole learnt limit must be free again.
        now += 3_600_000;
        await at(now);
        open.clear();
        const probe = await ask(0, 'last');
        if (probe === null) throw new Error('not even a probe is let through');
        // Once an answer states that enough is left, the calls in flight no longer grow one by one.
        await end(probe, 'answered', { ...passed, remaining: 1_000 });
        const [, , learnt = 0] = await steps.inspect(draw.name);
        let granted = 1;
        while ((await ask(0, 'last')) !== null) granted += 1;
        if (granted !== learnt) throw new Error(`${granted} of ${learnt} permits are there`);
      }),
      { numRuns: 500 },
    );
  },
);

/** Asks for each waiter until it is granted; the clock jumps from one waiter's moment to the next. Returns the order. */
async function serve(waiters: { id: string; lane: number; client: string }[], draw: Draw): Promise<string[]> {
  let now = 5_000_000;
  const due = new Map(waiters.map((waiter) => [waiter, now]));
  const answers = new Map<string, number>();
  const order: string[] = [];
  for (let turns = 0; due.size > 0; turns += 1) {
    if (turns > 200 * waiters.length) throw new Error(`never served: ${[...due.keys()].map(({ id }) => id)}`);
    const nextAnswer = Math.min(Number.POSITIVE_INFINITY, ...answers.values());
    const [next] = [...due].sort((a, b) => a[1] - b[1]);
    if (!next) break;
    const [waiter, when] = next;
    now = Math.max(now, Math.min(when, nextAnswer));
    await at(now);
    if (nextAnswer <= when) {
      for (const [permit, ready] of answers)
        if (ready <= now) {
          answers.delete(permit);
          await steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed }]);
        }
      continue;
    }
    const ask = { permit: `g${waiter.id}`, waiter: waiter.id, leaseMs, lane: waiter.lane, client: waiter.client };
    const { waitMs, refusedBy } = await steps.acquire(ask, [draw]);
    if (refusedBy !== null) {
      due.set(waiter, now + waitMs);
      continue;
    }
    order.push(waiter.id);
    due.delete(waiter);
    answers.set(ask.permit, now + 40);
  }
  return order;
}

t.test('no waiter starves, and a noisy client does not keep a quiet one waiting', async (t) => {
  const noisy = Array.from({ length: 30 }, (_, i) => ({ id: `noisy${i}`, lane: 2, client: 'noisy' }));
  const quiet = Array.from({ length: 3 }, (_, i) => ({ id: `quiet${i}`, lane: 2, client: 'quiet' }));
  const order = await serve([...noisy, ...quiet], drawOf('fair', 2));
  t.equal(order.length, 33);
  for (const { id } of quiet) t.ok(order.indexOf(id) < 12, `${id} is served ${order.indexOf(id)}th`);
});

t.test('escalations are served before every other waiter, and background calls last', async (t) => {
  const of = (lane: number) => Array.from({ length: 4 }, (_, i) => ({ id: `lane${lane}-${i}`, lane, client: 'c' }));
  const order = await serve([...of(3), ...of(2), ...of(1), ...of(0)], drawOf('lanes', 5));
  const last = (lane: number) => Math.max(...of(lane).map(({ id }) => order.indexOf(id)));
  const first = (lane: number) => Math.min(...of(lane).map(({ id }) => order.indexOf(id)));
  t.ok(last(0) < last(1) && last(1) < last(2) && last(2) < last(3), order.join(' '));
  t.ok(first(0) < first(2));
});

t.test('any mix of waiters is served in the end', { timeout: 100_000 }, async () => {
  const waiter = fc.record({ lane: fc.nat(lanes.length - 1), client: fc.constantFrom('a', 'b', 'c') });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.array(waiter, { maxLength: 12 }), async (limit, waiters) => {
      buckets += 1;
      const named = waiters.map((each, index) => ({ ...each, id: `w${buckets}-${index}` }));
      const order = await serve(named, drawOf(`mix ${buckets}`, limit));
      if (order.length !== waiters.length) throw new Error('a waiter was not served');
    }),
    { numRuns: 40 },
  );
});

t.test('a waiter that asks again in time keeps its place, and any other waiter loses its place', async (t) => {
  const draw = drawOf('places', 1);
  const ask = (id: string) => steps.acquire({ permit: `g${id}`, waiter: id, leaseMs, lane: 2, client: id }, [draw]);
  await at(9_000_000);
  t.equal((await ask('holder')).refusedBy, null);
  await steps.settle({ permit: 'gholder', leaseMs }, 'answered', [{ draw, ...passed }]);
  const first = await ask('first');
  const second = await ask('second');
  t.ok(first.waitMs < second.waitMs);
  await at(9_000_000 + first.waitMs);
  t.not((await ask('second')).refusedBy, null, 'the first waiter still holds its place');
  await at(9_000_000 + first.waitMs + 1_501);
  t.equal((await ask('second')).refusedBy, null, 'a waiter that is gone blocks no other');
});

t.test('a call of several buckets takes from all of them or from none', async (t) => {
  await at(11_000_000);
  const endpoint = drawOf('several endpoint', 3);
  const account = drawOf('several account', 1);
  const ask = (permit: string) =>
    steps.acquire({ permit, waiter: permit, leaseMs, lane: 2, client: 'c' }, [endpoint, account]);
  t.equal((await ask('one')).refusedBy, null);
  await steps.settle({ permit: 'one', leaseMs }, 'answered', [
    { draw: endpoint, ...passed },
    { draw: account, ...passed },
  ]);
  t.equal((await ask('two')).refusedBy?.name, 'several account');
  t.equal((await steps.inspect('several endpoint'))[3], 1, 'the endpoint lost one permit, not two');
});

t.test('a call that waits long for one bucket holds no place in the queue of another', async (t) => {
  const endpoint = drawOf('in the way: endpoint', 1, 3_600_000);
  const account = drawOf('in the way: account', 10);
  const ask = (permit: string, draws: Draw[]) =>
    steps.acquire({ permit, waiter: permit, leaseMs, lane: 2, client: permit }, draws);
  const answer = (permit: string, draws: Draw[]) =>
    steps.settle(
      { permit, leaseMs },
      'answered',
      draws.map((draw) => ({ draw, ...passed, remaining: draw === account ? 9 : 0 })),
    );
  await at(17_000_000);
  await ask('first', [endpoint, account]);
  await answer('first', [endpoint, account]);
  for (let i = 0; i < 8; i += 1) await ask(`busy${i}`, [account]);
  // Both buckets are used up for the moment, and that of the endpoint for an hour.
  for (let i = 0; i < 50; i += 1)
    t.equal((await ask(`parked${i}`, [endpoint, account])).refusedBy?.name, endpoint.name);
  for (let i = 0; i < 8; i += 1) await answer(`busy${i}`, [account]);
  await at(17_005_000);
  t.equal((await ask('another', [account])).refusedBy, null);
});

t.test('an expensive call is served before long although cheap calls never stop', async (t) => {
  const draw = drawOf('expensive', 1_000, 60_000);
  let permits = 0;
  const call = async (cost: number, waiter: string, lane = 2) => {
    permits += 1;
    const [permit, priced] = [`expensive${permits}`, { ...draw, cost }];
    const { waitMs } = await steps.acquire({ permit, waiter, leaseMs, lane, client: waiter }, [priced]);
    if (waitMs > 0) return waitMs;
    await steps.settle({ permit, leaseMs }, 'answered', [{ draw: priced, ...passed, spent: cost, remaining: 1_000 }]);
    return 0;
  };
  const start = 18_000_000;
  await at(start);
  t.equal(await call(550, 'storm', 0), 0);
  // Three units every quarter of a second are less than what is left: a call of sixty must not wait for the last of them.
  let dueAt = start + 1_000;
  for (let now = start + 250; now < start + 30_000 && dueAt < Number.POSITIVE_INFINITY; now += 250) {
    await at(now);
    await call(3, `cheap${now}`);
    if (now < dueAt) continue;
    const waitMs = await call(60, 'expensive');
    dueAt = waitMs > 0 ? now + waitMs : Number.POSITIVE_INFINITY;
  }
  t.equal(dueAt, Number.POSITIVE_INFINITY, 'the expensive call was served');
});

t.test(
  'a caller that ends its call and asks again at once does not pass the waiters when calls go one at a time',
  async (t) => {
    const draw = { ...drawOf('in line', 100), concurrency: 1 };
    let permits = 0;
    const ask = async (waiter: string, lane: number) => {
      permits += 1;
      const permit = `line${permits}`;
      const { waitMs } = await steps.acquire({ permit, waiter, leaseMs, lane, client: waiter }, [draw]);
      return { waitMs, end: () => steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed }]) };
    };
    const start = 20_000_000;
    await at(start);
    const first = await ask('at work', 2);
    const { waitMs } = await ask('escalation', 0);
    t.ok(waitMs > 0);
    await first.end();
    t.ok((await ask('at work', 2)).waitMs > 0, 'the place is kept for the escalation');
    await at(start + waitMs);
    const escalated = await ask('escalation', 0);
    t.equal(escalated.waitMs, 0);
    await ask('escalation', 0);
    await escalated.end();
    await at(start + waitMs + 1_600);
    t.equal((await ask('at work', 2)).waitMs, 0, 'a waiter that does not come back does not delay the others for long');
  },
);

t.test('a permit that is requested again because its grant was lost is granted again and counts once', async (t) => {
  const draw = drawOf('asked again', 2);
  await at(19_000_000);
  const ask = () => steps.acquire({ permit: 'g1', waiter: 'w1', leaseMs, lane: 2, client: 'c' }, [draw]);
  t.equal((await ask()).refusedBy, null);
  t.equal((await ask()).refusedBy, null);
  t.equal((await steps.inspect(draw.name))[3], 1);
});

t.test('every waiter gets the time until its turn, however few slots are known', async (t) => {
  const draw = drawOf('cold start', 40);
  await at(13_000_000);
  const waits: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const ask = { permit: `cold${i}`, waiter: `cold${i}`, leaseMs, lane: 2, client: 'c' };
    waits.push((await steps.acquire(ask, [draw])).waitMs);
  }
  t.equal(waits[0], 0, 'the probe is granted');
  await steps.settle({ permit: 'cold0', leaseMs }, 'answered', [{ draw, ...passed, remaining: 39 }]);
  const again = async (i: number) => {
    const ask = { permit: `cold${i}`, waiter: `cold${i}`, leaseMs, lane: 2, client: 'c' };
    return (await steps.acquire(ask, [draw])).waitMs;
  };
  // One slot is used and 39 are free: 39 may go now, every next 40 a window later.
  for (const [place, windows] of [
    [40, 1],
    [79, 1],
    [80, 2],
    [199, 4],
  ] as const)
    t.equal(await again(place), windows * windowMs, `place ${place}`);
  t.equal(await again(1), 0);
});

t.test('a new bucket allows one call, and with each success one more at a time', async (t) => {
  const draw = drawOf('slow start', 100);
  await at(14_000_000);
  let permits = 0;
  const fill = async () => {
    const open: string[] = [];
    for (;;) {
      permits += 1;
      const permit = `slow${permits}`;
      const ask = { permit, waiter: permit, leaseMs, lane: 0, client: 'c' };
      if ((await steps.acquire(ask, [draw])).refusedBy === null) {
        open.push(permit);
        continue;
      }
      // The caller that was refused asks next.
      permits -= 1;
      return open;
    }
  };
  const inFlight: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const open = await fill();
    inFlight.push(open.length);
    for (const permit of open) await steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed }]);
  }
  t.same(inFlight, [1, 2, 4, 8]);
});

t.test(
  'a bucket whose state was lost allows one call at a time for a window, unless an answer states what is left',
  async (t) => {
    for (const [name, remaining, expected] of [
      ['silent', null, 1],
      ['stated', 60, 10],
    ] as const) {
      const draw = { ...drawOf(`lost ${name}`, 100), remembered: true };
      await at(15_000_000);
      const ask = (permit: string) =>
        steps
          .acquire({ permit, waiter: permit, leaseMs, lane: 0, client: 'c' }, [draw])
          .then(({ refusedBy }) => !refusedBy);
      t.ok(await ask('probe'));
      await steps.settle({ permit: 'probe', leaseMs }, 'answered', [{ draw, ...passed, remaining }]);
      let granted = 0;
      for (let i = 0; i < 10; i += 1) if (await ask(`next${i}`)) granted += 1;
      t.equal(granted, expected, name);
    }
  },
);

t.test('a slot that came back while an answer was on its way is not counted as a call of another client', async (t) => {
  const draw = drawOf('no others', 10);
  const ask = (permit: string) => steps.acquire({ permit, waiter: permit, leaseMs, lane: 2, client: 'c' }, [draw]);
  const answer = (permit: string, remaining: number) =>
    steps.settle({ permit, leaseMs }, 'answered', [{ draw, ...passed, remaining }]);
  const foreign = async () => (await steps.inspect(draw.name))[9];
  await at(16_000_000);
  await ask('old');
  await answer('old', 9);
  await at(16_000_990);
  await ask('new');
  // The upstream counted "new" at 995, when "old" still counted; its answer comes when "old" is back.
  await at(16_001_010);
  await answer('new', 8);
  t.equal(await foreign(), 0);
  await ask('third');
  await answer('third', 5);
  t.equal(await foreign(), 3);
});
