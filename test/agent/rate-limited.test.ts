import t from 'tap';
import { named } from '../../sim/bms/tenant/named.ts';
import { outlasts } from '../../src/agent/budget.ts';
import { RetryableError } from '../../src/domain/errors.ts';
import { recordedBms } from '../helpers/bms.ts';
import { conclude, playRun, taskOf } from '../helpers/play.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);

const searchAssets = 'list_all_kaseya_bms_hardwareasset_searchselects';
const limited = (retryAfterMs: number) => new RetryableError('rate_limited', 'no permit', { retryAfterMs });

t.test(
  'a rate-limit wait that outlasts the run becomes a tool result, and a run waits out a shorter wait',
  async (t) => {
    for (const [retryAfterMs, expected] of [
      [2e9, 'rate_limited'],
      [5_000, undefined],
    ] as const) {
      const { bms, state } = await recordedBms(t, { seed: '11' });
      const account = named(state.world.tenant.accounts, 'Northgate Legal LLP');
      let refusals = 1;
      const assets = {
        ...bms.assets,
        search: async (...args: Parameters<typeof bms.assets.search>) => {
          if (refusals-- > 0) throw limited(retryAfterMs);
          return bms.assets.search(...args);
        },
      };
      let result: { code?: string; message?: string } = {};
      await playRun({
        redis,
        bms: { ...bms, assets },
        subject: taskOf('Find the laptop', { account: account.name }),
        turns: [
          () => [{ name: searchAssets, args: { contact: 'Priya Raman' } }],
          (last) => {
            result = last(searchAssets);
            return [conclude('no_action')];
          },
        ],
      });
      t.equal(result.code, expected, `${retryAfterMs} ms`);
      if (expected) t.match(result.message, /2000000 s.*do not retry/);
    }
  },
);

t.test('a run does not wait for a model that stays down for longer than the run may last', async (t) => {
  const { bms, state } = await recordedBms(t, { seed: '11' });
  const account = named(state.world.tenant.accounts, 'Northgate Legal LLP');
  const away = () => {
    throw new RetryableError('model_unavailable', 'the model answered 429', { retryAfterMs: 2e9 });
  };
  const { concluded } = await playRun({
    redis,
    bms,
    subject: taskOf('Find the laptop', { account: account.name }),
    turns: [away],
  });
  t.match(concluded?.reason, /2000000 s/);
});

t.test('only a wait for the rate budget ends a call because it would outlast the run', async (t) => {
  const state = { startedAt: '2026-11-25T10:00:00.000Z' };
  const budget = { wallMs: 60_000 };
  const now = Date.parse(state.startedAt) + 50_000;
  t.equal(outlasts(limited(10_000), state, budget, now), null, 'the wait ends just in time');
  t.match(outlasts(limited(10_001), state, budget, now), '11 s');
  const away = new RetryableError('budget_unavailable', 'Redis is away', { retryAfterMs: 1e9 });
  t.equal(outlasts(away, state, budget, now), null);
});
