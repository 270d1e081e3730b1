import { Redis } from 'ioredis';
import t from 'tap';
import type { Cell } from '../../../bench/ratelimit/cell.ts';
import { runTogether } from '../../../bench/ratelimit/run-cells.ts';
import { privateRedis, withoutRealRedis } from '../../helpers/redis.ts';

const tiny: Cell = {
  scenario: 'saturation',
  strategy: 'bms-triage',
  policy: 'sliding',
  processes: 2,
  foreign: 0,
  resets: 'ceil',
  limit: 10,
  windowMs: 1_000,
  durationMs: 2_500,
};

t.test('a cell of the rate-limit bench runs end to end', { skip: withoutRealRedis, timeout: 60_000 }, async (t) => {
  const { url } = await privateRedis(t);
  const redis = new Redis(url);
  t.teardown(() => redis.disconnect());
  const run = async (cell: Cell) => {
    const [outcome] = await runTogether([cell], [{ redis, url }]);
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    return outcome.value;
  };

  t.test('the row of our strategy and of a recipe that retries says what the upstream counted', async (t) => {
    const ours = await run(tiny);
    t.match(ours, { strategy: 'bms-triage', allowed: 25, error: null, rejectedAfter: null });
    t.ok(Number(ours.granted) > 0 && Number(ours.granted) <= 30);
    t.equal(ours.utilisation, Math.min(1, Math.round(Number(ours.granted) * 40) / 1_000));
    t.equal(typeof ours.goalMet, 'boolean');

    const recipe = await run({ ...tiny, strategy: 'article-recipe' });
    t.ok(Number(recipe.rejected429) >= 10, 'twenty callers meet a limit of ten');
    t.equal(recipe.goalMet, null);
  });

  t.test('after a process is killed in mid-run the others go on, and the row shows it', async (t) => {
    const row = await run({ ...tiny, scenario: 'kill' });
    t.equal(typeof row.rejectedAfter, 'number');
    t.equal(typeof row.utilisationAfter, 'number');
  });

  t.test(
    'cells that run at the same time each have a Redis of their own, and one without a Redis fails alone',
    async (t) => {
      const second = await privateRedis(t);
      const other = new Redis(second.url);
      t.teardown(() => other.disconnect());
      const stores = [
        { redis, url },
        { redis: other, url: second.url },
      ];
      const outcomes = await runTogether([tiny, { ...tiny, policy: 'fixed' }, tiny], stores);
      t.match(outcomes, [
        { status: 'fulfilled', value: { policy: 'sliding', error: null } },
        { status: 'fulfilled', value: { policy: 'fixed', error: null } },
        { status: 'rejected', reason: RangeError },
      ]);
    },
  );
});
