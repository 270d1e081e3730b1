import t from 'tap';
import { redisClient } from '../helpers/redis.ts';
import { virtualClock } from './virtual-clock.ts';
import { playLoad } from './virtual-load.ts';

const world = virtualClock(await redisClient(t));

const seeds = ['a', 'b', 'c'];
const policies = ['fixed', 'sliding', 'bucket'] as const;
const cells = policies.flatMap((policy) =>
  [10, 80].flatMap((callers) => (['ceil', 'floor'] as const).map((resets) => ({ policy, callers, resets }))),
);

t.test('alone: never a 429, and nothing left unused', { timeout: 120_000 }, async (t) => {
  for (const cell of cells)
    for (const seed of seeds) {
      const { use, rejected } = await playLoad(world, { ...cell, foreign: 0, seed });
      const name = JSON.stringify({ ...cell, seed });
      t.equal(rejected, 0, name);
      // A bucket's opening credit, a fifth of what is allowed here, is never spent.
      t.ok(use >= (cell.policy === 'bucket' ? 0.79 : 0.98), `${name}: use ${use}`);
    }
});

t.test(
  'where others use a quarter of the quota: two 429s at most, and most of the rest used',
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
