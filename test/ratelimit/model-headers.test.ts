import t from 'tap';
import { maxWaitMs } from '../../src/ratelimit/headers.ts';
import { durationMs, readModelHeaders } from '../../src/ratelimit/model-headers.ts';

t.test('durations are read in every form that model providers write', async (t) => {
  for (const [text, expected] of [
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['20ms', 20],
    ['1.5s', 1_500],
    ['1m12.172s', 72_172],
    ['59m60s', maxWaitMs],
    ['30h', maxWaitMs],
    ['7', 7_000],
    ['', undefined],
    ['soon', undefined],
    ['-1s', undefined],
    ['1s later', undefined],
    [null, undefined],
  ] as const)
    t.equal(durationMs(text), expected, String(text));
});

t.test('requests and tokens are read as limits of their own, and a wait applies to every call', async (t) => {
  const headers = new Headers({
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-limit-tokens': '30000',
    'x-ratelimit-remaining-tokens': '0',
    'x-ratelimit-reset-tokens': '6m0s',
    'retry-after': '2',
    'retry-after-ms': '1500',
  });
  t.same(readModelHeaders(headers, 0), {
    requests: { limit: 500, remaining: 499, resetMs: 120, retryAfterMs: 1_500 },
    tokens: { limit: 30_000, remaining: 0, resetMs: 360_000 },
  });
  t.same(readModelHeaders(new Headers({ 'retry-after': '2' }), 0), { requests: { retryAfterMs: 2_000 }, tokens: {} });
});
