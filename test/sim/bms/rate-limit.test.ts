import t from 'tap';
import { createLimiter } from '../../../sim/bms/limiter.ts';
import { startSim, tickets } from './support.ts';

const rate = { limit: 3, windowSeconds: 60 };
const oks = (kind: 'fixed' | 'sliding' | 'bucket', times: number[]) => {
  const limiter = createLimiter(kind, rate);
  return times.map((second) => limiter.take('key', second * 1000).ok);
};

t.test('a fixed window starts anew on the clock', async (t) => {
  t.same(oks('fixed', [50, 55, 59, 59.9, 60, 61, 62, 63]), [true, true, true, false, true, true, true, false]);
});

t.test('a sliding window forgets one call at a time', async (t) => {
  t.same(oks('sliding', [50, 55, 59, 60, 109.9, 110, 111, 115]), [true, true, true, false, false, true, false, true]);
});

t.test('a bucket refills drop by drop', async (t) => {
  t.same(oks('bucket', [0, 0, 0, 0, 19.9, 20, 20, 60, 60]), [true, true, true, false, false, true, false, true, true]);
});

t.test('a caller that waits as long as the refusal asks is let through, whatever the window', async (t) => {
  for (const kind of ['fixed', 'sliding', 'bucket'] as const) {
    const limiter = createLimiter(kind, rate);
    let now = 1_000_123;
    for (let calls = 0; calls < 50; calls += 1) {
      const { ok, retryMs } = limiter.take('key', now);
      if (ok) continue;
      t.notOk(limiter.take('key', now + Math.floor(retryMs) - 1).ok, `${kind}: not sooner`);
      now += Math.ceil(retryMs);
      t.ok(limiter.take('key', now).ok, `${kind}: then`);
    }
  }
});

t.test('each endpoint has a limit of its own, which ids do not multiply', async (t) => {
  const sim = startSim(t, { rateLimit: rate });
  const get = async (url: string) => (await sim.call('GET', url)).status;
  t.same([await get(`${tickets}/1`), await get(`${tickets}/2`), await get(`${tickets}/3`)], [200, 200, 200]);
  // They are not there, but they are asked for: that counts.
  const refused = await sim.call('GET', `${tickets}/4`);
  t.equal(refused.status, 429);
  t.equal(refused.json.success, false);
  t.equal(await get(tickets), 200);
  const { requests } = sim.state.ledger();
  t.equal(requests.rejected429, 1);
  t.equal(requests.byEndpoint[`GET ${tickets}/{ticketId}`], 4);
  t.equal(requests.total, 6);
});

const cases = {
  none: [{}, {}],
  'retry-after': [{}, { 'retry-after': '60' }],
  'retry-after-date': [{}, { 'retry-after': 'Mon, 23 Nov 2026 14:01:00 GMT' }],
  triple: [
    { 'ratelimit-limit': '1', 'ratelimit-remaining': '0', 'ratelimit-reset': '60' },
    { 'ratelimit-limit': '1', 'ratelimit-remaining': '0', 'ratelimit-reset': '60' },
  ],
  structured: [
    { 'ratelimit-policy': '"default";q=1;w=60', ratelimit: '"default";r=0;t=60' },
    { 'ratelimit-policy': '"default";q=1;w=60', ratelimit: '"default";r=0;t=60' },
  ],
} as const;

for (const [kind, expected] of Object.entries(cases) as [keyof typeof cases, (typeof cases)[keyof typeof cases]][]) {
  for (const window of ['fixed', 'sliding', 'bucket'] as const) {
    t.test(`headers ${kind} with a ${window} window`, async (t) => {
      const rateLimit = { limit: 1, windowSeconds: 60 };
      const sim = startSim(t, { rateLimit, window, rateHeaders: kind });
      const answers = [await sim.call('GET', tickets), await sim.call('GET', tickets)];
      t.same(
        answers.map(({ status }) => status),
        [200, 429],
      );
      const stated = answers.map(({ headers }) =>
        Object.fromEntries(Object.entries(headers).filter(([name]) => /^(ratelimit|retry)/.test(name))),
      );
      t.same(stated, expected);
    });
  }
}

t.test('a simulator without a rate limit refuses no call', async (t) => {
  const sim = startSim(t, { rateLimit: null, rateHeaders: 'triple' });
  for (let calls = 0; calls < 20; calls += 1) t.equal((await sim.call('GET', '/v2/rmm/integrations')).status, 200);
});

t.test('a call with a refused token costs nothing, and its answer still carries the limit', async (t) => {
  for (const window of ['fixed', 'sliding', 'bucket'] as const) {
    const sim = startSim(t, { rateLimit: rate, rateHeaders: 'triple', window });
    for (let calls = 0; calls < 5; calls += 1) {
      const { status, headers } = await sim.open({ url: tickets });
      t.match({ status, headers }, { status: 401, headers: { 'ratelimit-limit': '3', 'ratelimit-remaining': '3' } });
    }
    t.equal((await sim.call('GET', tickets)).headers['ratelimit-remaining'], '2');
  }
});
