import t from 'tap';
import { reportTiers, trutoLimits, trutoTiers } from '../../../src/kaseya/truto/limits.ts';
import { createBucket } from '../../../src/ratelimit/bucket.ts';
import { openBucket } from '../../helpers/permits.ts';
import { ports } from '../../helpers/ports.ts';
import { redisClient } from '../../helpers/redis.ts';
import { startUpstream } from './support.ts';

const { signal } = new AbortController();
const queues = { method: 'GET', template: '/v2/system/queues/lookup' } as const;
const endpoint = `${queues.method} ${queues.template}`;
const answer = (status: number, headers: Record<string, string>, body: object) => ({
  ...{ status, headers: new Headers(headers), text: JSON.stringify(body) },
});

async function reportedFor(sent: ReturnType<typeof answer>) {
  const bucket = openBucket();
  await reportTiers(await bucket.acquire(endpoint, signal), sent, ports.now());
  return bucket.settled[0];
}

t.test("Truto's own 429 holds back its tiers, not the vendor's endpoint", async (t) => {
  const own = { statusCode: 429, error: 'E', message: 'm' };
  const wait = { retryAfterMs: 12_000 };
  t.match(await reportedFor(answer(429, { 'retry-after': '12' }, own)), {
    ...{ status: 429, news: {}, others: { 'truto:account': wait, 'truto:token': wait } },
  });
  t.match(await reportedFor(answer(429, {}, own)), { others: { 'truto:account': { retryAfterMs: 10_000 } } });
});

t.test("the vendor's 429 and the vendor's headers on any answer hold back the vendor's endpoint", async (t) => {
  const triple = { 'ratelimit-limit': '1500;w=3600', 'ratelimit-remaining': '0', 'ratelimit-reset': '40' };
  const remote = { statusCode: 429, message: 'm', truto_is_remote_error: true, raw_response: {} };
  const news = { limit: 1500, remaining: 0, resetMs: 40_000 };
  t.match(await reportedFor(answer(429, triple, remote)), { status: 429, news, others: {} });
  t.match(await reportedFor(answer(200, triple, {})), { status: 200, news, others: {} });
});

t.test(
  'a burst through a real bucket stays within both limits of Truto and is never refused',
  { timeout: 60_000 },
  async (t) => {
    const { truto, state } = await startUpstream(t);
    const limit = { requests: 1500, windowMs: 3_600_000 };
    const bucket = createBucket(await redisClient(t), {
      ...ports,
      ...{ tenant: 'truto', limitOf: (name: string) => trutoLimits[name] ?? limit },
      alongside: () => trutoTiers,
      ...{ leaseMs: 10_000, patienceMs: 30_000 },
    });
    const transport = truto('plain', { bucket });
    const answers = await Promise.all(Array.from({ length: 70 }, () => transport.call(queues)));
    t.equal(answers.length, 70);
    t.equal(state.ledger().requests.byEndpoint[endpoint], 70, 'none was refused and sent again');
  },
);

t.test('a call refused by a tier of Truto is sent again', async (t) => {
  const { truto, state, bucket } = await startUpstream(t);
  const transport = truto();
  // Discovery is one call too: the next 49 fill the account's window, which this bucket does not know of.
  await Promise.all(Array.from({ length: 49 }, () => transport.call(queues)));
  await t.rejects(transport.call(queues), { code: 'throttled', effect: 'none' });
  t.equal(state.ledger().requests.byEndpoint[endpoint], 49, 'the refused call did not reach BMS');
  t.equal(bucket.settled.filter(({ others }) => others['truto:account']?.retryAfterMs === 10_000).length, 6);
});

t.test("the vendor's 429 reaches the caller's bucket with the headers in Truto's form", async (t) => {
  for (const rateHeaders of ['triple', 'structured', 'retry-after'] as const) {
    const { truto, bucket } = await startUpstream(t, {
      rateLimit: { limit: 1, windowSeconds: 60 },
      window: 'sliding',
      rateHeaders,
    });
    const transport = truto();
    await transport.call(queues);
    await t.rejects(transport.call(queues), { code: 'throttled' });
    const refused = bucket.settled.find((one) => one.endpoint === endpoint && one.status === 429);
    t.ok((refused?.news.retryAfterMs ?? refused?.news.resetMs ?? 0) > 50_000, rateHeaders);
  }
});
