import fc from 'fast-check';
import t from 'tap';
import { createUpstream, headersOf, type UpstreamOptions } from '../../../bench/ratelimit/upstream-server.ts';

const options: UpstreamOptions = {
  policy: 'fixed',
  limit: 5,
  windowMs: 1_000,
  foreign: 0,
  resets: 'ceil',
  durationMs: 1e9,
};

/** An upstream whose clock is turned by hand. */
function upstreamAt(policy: UpstreamOptions['policy'], phaseMs: number, more: Partial<UpstreamOptions> = {}) {
  const time = { now: 0 };
  const upstream = createUpstream({ ...options, policy, ...more }, phaseMs, () => time.now);
  return { ...upstream, time };
}

/** Calls at random times, in runs close enough to reach the limit: the times of those granted, from 0. */
function granted(policy: UpstreamOptions['policy'], phaseMs: number, gaps: number[]): number[] {
  const { call, time } = upstreamAt(policy, phaseMs);
  return gaps.flatMap((gap) => {
    time.now += gap;
    return call().ok ? [time.now] : [];
  });
}

const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 1_500 })), {
  maxLength: 150,
});
const phases = fc.integer({ min: 0, max: 999 });

t.test('a fixed window never grants more than its limit, wherever the windows begin', async () => {
  fc.assert(
    fc.property(gaps, phases, (gaps, phaseMs) => {
      const windows = granted('fixed', phaseMs, gaps).map((at) => Math.floor((at + phaseMs) / 1_000));
      return windows.every((window) => windows.filter((other) => other === window).length <= 5);
    }),
  );
});

t.test('a sliding window never grants more than its limit in any trailing window', async () => {
  fc.assert(
    fc.property(gaps, phases, (gaps, phaseMs) => {
      const times = granted('sliding', phaseMs, gaps);
      return times.every((at) => times.filter((other) => other > at - 1_000 && other <= at).length <= 5);
    }),
  );
});

t.test('a bucket never grants more than its size and what came in since', async () => {
  fc.assert(
    fc.property(gaps, phases, (gaps, phaseMs) => {
      const times = granted('bucket', phaseMs, gaps);
      return times.every((from, first) =>
        times.slice(first).every((to, more) => more + 1 <= 5 + (5 * (to - from)) / 1_000 + 1e-6),
      );
    }),
  );
});

t.test('each policy gives all that it owes, and refuses the next', async (t) => {
  for (const policy of ['fixed', 'sliding', 'bucket'] as const) {
    const { call, time } = upstreamAt(policy, 0);
    for (let i = 0; i < 5; i += 1) t.equal(call().ok, true, policy);
    const refused = call();
    t.equal(refused.ok, false, policy);
    time.now += refused.retryMs;
    t.equal(call().ok, true, `${policy}: a caller that waits that long is let through`);
  }
});

t.test('a refusal says when to come back, rounded as the cell wants', async (t) => {
  const { call, time } = upstreamAt('fixed', 0, { windowMs: 4_000 });
  time.now = 2_500;
  const first = call();
  t.same(headersOf(first, 'ceil'), {
    'ratelimit-limit': '5',
    'ratelimit-remaining': '4',
    'ratelimit-reset': '2',
  });
  for (let i = 0; i < 4; i += 1) call();
  const refused = call();
  t.match(headersOf(refused, 'ceil'), { 'ratelimit-remaining': '0', 'ratelimit-reset': '2', 'retry-after': '2' });
  t.match(headersOf(refused, 'floor'), { 'ratelimit-reset': '1', 'retry-after': '1' });
});

t.test(
  'the upstream counts from the first call to the end of the measured time, and other callers separately',
  async (t) => {
    const { call, foreignCall, tally, time } = upstreamAt('sliding', 0, { durationMs: 3_000 });
    foreignCall();
    t.same(tally(), { granted: 0, rejected: 0, foreign: 0, elapsedMs: 0 }, 'no one has called yet');
    time.now = 500;
    for (let i = 0; i < 5; i += 1) call();
    foreignCall();
    t.same(tally(), { granted: 4, rejected: 1, foreign: 0, elapsedMs: 0 }, 'the foreign call used the quota');
    time.now = 2_000;
    foreignCall();
    t.same(tally(), { granted: 4, rejected: 1, foreign: 1, elapsedMs: 1_500 });
    time.now = 4_000;
    call();
    foreignCall();
    t.same(tally(), { granted: 4, rejected: 1, foreign: 1, elapsedMs: 3_000 }, 'the time is over');
  },
);
