import t from 'tap';
import { percentile } from '../../harness/percentile.ts';
import { redisClient } from '../helpers/redis.ts';
import { virtualClock } from './virtual-clock.ts';
import { benchUpstream, playLoad } from './virtual-load.ts';

const world = virtualClock(await redisClient(t));

const seeds = ['a', 'b', 'c'];
const policies = ['fixed', 'sliding', 'bucket'] as const;
const cells = policies.flatMap((policy) =>
  [10, 80].flatMap((callers) =>
    (['ceil', 'floor'] as const).map((resets) => ({ ...benchUpstream, policy, callers, resets })),
  ),
);

t.test(
  'a saturated bucket that is the only client gets no 429 and leaves none of the limit unused',
  { timeout: 120_000 },
  async (t) => {
    for (const cell of cells)
      for (const seed of seeds) {
        const { use, rejected } = await playLoad(world, { ...cell, foreign: 0, seed });
        const name = JSON.stringify({ ...cell, seed });
        t.equal(rejected, 0, name);
        // A bucket's opening credit, a fifth of what is allowed here, is never spent.
        t.ok(use >= (cell.policy === 'bucket' ? 0.79 : 0.99), `${name}: use ${use}`);
      }
  },
);

t.test(
  'ten windows of a token-bucket upstream are used to nine tenths, although its opening credit is a tenth',
  async (t) => {
    for (const callers of [10, 80])
      for (const seed of seeds) {
        const cell = { ...benchUpstream, policy: 'bucket', durationMs: 40_000, callers, resets: 'ceil' } as const;
        const { use, rejected } = await playLoad(world, { ...cell, foreign: 0, seed });
        t.equal(rejected, 0, `${callers} ${seed}`);
        t.ok(use >= 0.9, `${callers} ${seed}: use ${use}`);
      }
  },
);

t.test(
  'a bucket gets at most two 429s and uses most of the rest while others use a quarter of the quota',
  { timeout: 120_000 },
  async (t) => {
    for (const cell of cells)
      for (const seed of seeds) {
        const { use, rejected } = await playLoad(world, { ...cell, foreign: 0.25, seed });
        const name = JSON.stringify({ ...cell, seed });
        t.ok(rejected <= 2, `${name}: ${rejected} refused`);
        t.ok(use >= 0.85, `${name}: use ${use}`);
      }
  },
);

// BMS as it is: 1,500 calls an hour, and one sender's storm that could use them all in minutes.
const bms = { policy: 'fixed', limit: 1_500, windowMs: 3_600_000, durationMs: 7_200_000 } as const;
const storm = { ...bms, callers: 100, foreign: 0, resets: 'ceil' } as const;

t.test(
  'most calls of quiet senders wait for seconds during a storm, and 95 % of them at most three minutes',
  async (t) => {
    for (const seed of seeds) {
      const occasional = { clients: 10, everyMs: 60_000, lane: 'triage' } as const;
      const { use, rejected, waits } = await playLoad(world, { ...storm, occasional, seed });
      t.equal(rejected, 0, seed);
      t.ok(use >= 0.99, `${seed}: use ${use}`);
      t.ok((percentile(waits, 0.5) ?? 0) <= 10_000, `${seed}: p50 ${percentile(waits, 0.5)}`);
      t.ok((percentile(waits, 0.95) ?? 0) <= 180_000, `${seed}: p95 ${percentile(waits, 0.95)}`);
    }
  },
);

t.test('a storm leaves calls for an escalation at any time of the hour', async (t) => {
  for (const seed of seeds) {
    const occasional = { clients: 1, everyMs: 60_000, lane: 'escalation' } as const;
    const { rejected, waits } = await playLoad(world, { ...storm, occasional, seed });
    t.equal(rejected, 0, seed);
    t.equal(percentile(waits, 0.5), 0, `${seed}: p50`);
    t.ok((percentile(waits, 0.95) ?? 0) <= 10_000, `${seed}: p95 ${percentile(waits, 0.95)}`);
  }
});

t.test('a client that comes again gets its turn, however many clients come for the first time', async (t) => {
  // Eleven new clients come each second, where ten calls are allowed.
  const upstream = { ...benchUpstream, policy: 'sliding', limit: 40, durationMs: 180_000 } as const;
  const occasional = { clients: 5_500, everyMs: 500_000, lane: 'triage' } as const;
  for (const seed of seeds) {
    const { callersGot } = await playLoad(world, {
      ...upstream,
      callers: 1,
      foreign: 0,
      resets: 'ceil',
      occasional,
      seed,
    });
    t.ok(callersGot >= 25, `${seed}: ${callersGot}`);
  }
});
