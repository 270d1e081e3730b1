import fc from 'fast-check';
import t from 'tap';
import { maxWaitMs, readLimitHeaders } from '../../src/ratelimit/headers.ts';

const now = Date.UTC(2026, 10, 23, 12, 0, 0);
const read = (headers: Record<string, string>) => readLimitHeaders(new Headers(headers), now);

t.test('rate-limit headers are read in every form that senders write', async (t) => {
  const cases: [string, Record<string, string>, object][] = [
    ['no header', {}, {}],
    ['seconds', { 'retry-after': '12' }, { retryAfterMs: 12_000 }],
    [
      "a date against the answer's own clock",
      { 'retry-after': 'Mon, 23 Nov 2026 09:00:30 GMT', date: 'Mon, 23 Nov 2026 09:00:00 GMT' },
      { retryAfterMs: 30_000 },
    ],
    ['a date in the past', { 'retry-after': 'Mon, 23 Nov 2026 11:00:00 GMT' }, { retryAfterMs: 0 }],
    ['an absurd wait', { 'retry-after': '999999999' }, { retryAfterMs: maxWaitMs }],
    [
      'the three RateLimit-* headers',
      { 'ratelimit-limit': '1500', 'ratelimit-remaining': '3', 'ratelimit-reset': '60' },
      { limit: 1500, remaining: 3, resetMs: 60_000 },
    ],
    ['a limit with its window', { 'ratelimit-limit': '110;w=10' }, { limit: 110, windowMs: 10_000 }],
    ['a limit that lists policies', { 'ratelimit-limit': '100, 100;w=10' }, { limit: 100, windowMs: 10_000 }],
    ['an epoch in ms as reset', { 'ratelimit-reset': String(now + 90_000) }, { resetMs: 90_000 }],
    [
      'Retry-After beside a reset, which it overrides',
      { 'retry-after': '5', 'ratelimit-reset': '60' },
      { retryAfterMs: 5_000, resetMs: 60_000 },
    ],
    [
      'the dictionary of draft -07',
      { ratelimit: 'limit=100, remaining=50, reset=5', 'ratelimit-policy': '100;w=10' },
      { limit: 100, remaining: 50, resetMs: 5_000 },
    ],
    [
      'named items since draft -08',
      { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;w=60' },
      { limit: 100, windowMs: 60_000, remaining: 50, resetMs: 30_000 },
    ],
    [
      'the longest of several items with nothing left',
      { ratelimit: '"a";r=0;t=5, "b,c";r=0;t=90, "d";r=3;t=900', 'ratelimit-policy': '"b,c";q=9;w=120' },
      { limit: 9, windowMs: 120_000, remaining: 0, resetMs: 90_000 },
    ],
    [
      'an unreadable structured field beside the three RateLimit-* headers',
      { ratelimit: '???', 'ratelimit-limit': '7' },
      { limit: 7 },
    ],
    ['an epoch as reset', { 'ratelimit-reset': String(now / 1000 + 90) }, { resetMs: 90_000 }],
    ['malformed values', { 'retry-after': 'soon', 'ratelimit-limit': '-5', 'ratelimit-remaining': 'x' }, {}],
  ];
  for (const [what, headers, expected] of cases) t.same(read(headers), expected, what);
});

t.test('a wait read from any header is neither negative nor longer than the cap', async () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  const safe = value.filter((text) => /^[\x20-\x7e]*$/.test(text));
  fc.assert(
    fc.property(safe, safe, (retryAfter, reset) => {
      const { retryAfterMs = 0, resetMs = 0 } = read({ 'retry-after': retryAfter, 'ratelimit-reset': reset });
      return retryAfterMs >= 0 && retryAfterMs <= maxWaitMs && resetMs >= 0 && resetMs <= maxWaitMs;
    }),
  );
});
