import { createServer } from 'node:http';
import t from 'tap';
import { createModel } from '../../src/agent/model.ts';
import { createModelBudget } from '../../src/ratelimit/model-budget.ts';
import { viewLimits } from '../../src/ratelimit/view.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

type Test = Pick<typeof t, 'teardown'>;

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  tokens?: number;
}

const redis = await redisClient(t);
const { signal } = new AbortController();
let models = 0;

/** A provider on loopback that answers as `reply` says, and our client of it. */
async function provider(
  t: Test,
  reply: (call: number) => Reply,
  limits: { requestsPerMinute?: number; tokensPerMinute?: number } = {},
) {
  let calls = 0;
  let most = 0;
  let open = 0;
  const server = createServer((request, response) => {
    calls += 1;
    open += 1;
    most = Math.max(most, open);
    const { status = 200, headers = {}, tokens = 100 } = reply(calls);
    request.resume().on('end', () =>
      setTimeout(() => {
        open -= 1;
        const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }];
        const usage = { prompt_tokens: tokens - 1, completion_tokens: 1, total_tokens: tokens };
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(JSON.stringify(status === 200 ? { model: 'm', choices, usage } : { error: { message: 'no' } }));
      }, 30),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => server.close());
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  models += 1;
  const name = `model ${models}`;
  const model = createModel({
    ...ports,
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    ...{ apiKey: 'sk', model: 'm', timeoutMs: 5_000 },
    acquire: createModelBudget(redis, {
      ...ports,
      ...{ name, requestsPerMinute: null, tokensPerMinute: null, leaseMs: 6_000, patienceMs: 0, ...limits },
    }),
  });
  const limitOf = async (which: string) =>
    (await viewLimits(redis, ports.now)).find(({ bucket }) => bucket === `${name} ${which}`);
  const ask = (content = 'hello') => model.ask([{ role: 'user', content }], [], signal);
  return { ask, limitOf, calls: () => calls, most: () => most };
}

t.test('a model gets as many requests a minute as are configured, and the next request waits', async (t) => {
  const { ask, calls } = await provider(t, () => ({}), { requestsPerMinute: 2 });
  await ask();
  await ask();
  await t.rejects(ask(), { code: 'rate_limited' });
  t.equal(calls(), 2);
});

t.test('tokens are counted by the usage that the answer of the model reports', async (t) => {
  const { ask, limitOf, calls } = await provider(t, () => ({ tokens: 6_000 }), { tokensPerMinute: 10_000 });
  await ask();
  t.equal((await limitOf('tokens'))?.used, 600, 'in units of ten tokens');
  await t.rejects(ask('x'.repeat(16_000)), { code: 'rate_limited' }, 'about 4,500 more are too many');
  t.equal(calls(), 1);
});

t.test('an absurd count of tokens is charged as the whole limit and does not keep Redis busy', async (t) => {
  const { ask, limitOf } = await provider(t, () => ({ tokens: 50_000_000 }), { tokensPerMinute: 10_000 });
  await ask();
  t.equal((await limitOf('tokens'))?.used, 1_000);
});

t.test('model limits that are not configured are learnt from the headers', async (t) => {
  const { ask, limitOf } = await provider(t, (call) => ({
    headers: {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': call === 1 ? '10' : '0',
      'x-ratelimit-reset-requests': '6m0s',
      'x-ratelimit-limit-tokens': '30000',
      'x-ratelimit-remaining-tokens': '29000',
      'x-ratelimit-reset-tokens': '20ms',
    },
  }));
  await ask();
  t.match(await limitOf('requests'), { limit: 60, remaining: 10 });
  t.match(await limitOf('tokens'), { limit: 30 });
  await ask();
  await t.rejects(ask(), { code: 'rate_limited' }, 'another client used the rest');
});

t.test(
  'a 429 from the model holds every worker back for as long as its header says, and the client does not retry',
  async (t) => {
    const { ask, calls, limitOf } = await provider(t, () => ({ status: 429, headers: { 'retry-after-ms': '30000' } }));
    await t.rejects(ask(), { code: 'model_unavailable', retryAfterMs: 30_000 });
    const error = await ask().catch((thrown: unknown) => thrown);
    t.match(error, { code: 'rate_limited' });
    t.ok(Number((error as { retryAfterMs: number }).retryAfterMs) > 25_000);
    t.equal(calls(), 1);
    t.equal((await limitOf('tokens'))?.blockedUntil, null, 'the tokens are not blocked');
  },
);

t.test('a model server without rate-limit headers gets more and more requests at a time', async (t) => {
  const { ask, most, calls } = await provider(t, () => ({}));
  for (let round = 0; round < 4; round += 1) await Promise.allSettled(Array.from({ length: 8 }, () => ask()));
  t.equal(calls(), 1 + 2 + 4 + 8);
  t.equal(most(), 8);
});
