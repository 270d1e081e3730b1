import t from 'tap';
import { RetryableError, type UpstreamCode, UpstreamError } from '../../src/domain/errors.ts';
import { withRetries } from '../../src/outbound/retry.ts';

const failure = (code: UpstreamCode) => new UpstreamError(code, code, { effect: 'none', endpoint: 'GET /x' });

interface Ended {
  attempts: number;
  /** The pauses between attempts, in milliseconds. */
  pauses: number[];
  /** The code of the error that was thrown at last; null: the call succeeded. */
  code: string | null;
}

/** Makes a call whose attempts fail with these codes in turn, and then succeed. */
async function play(codes: readonly UpstreamCode[], isRead: boolean): Promise<Ended> {
  const ended: Ended = { attempts: 0, pauses: [], code: null };
  await withRetries(
    async () => {
      const code = codes[ended.attempts];
      ended.attempts += 1;
      if (code) throw failure(code);
    },
    {
      mayRepeat: () => isRead,
      hasExpired: ({ code }) => code === 'auth',
      signal: new AbortController().signal,
      random: () => 0.5,
      sleep: async (ms) => void ended.pauses.push(ms),
    },
  ).catch((error: UpstreamError) => {
    ended.code = error.code;
  });
  return ended;
}

const times = (code: UpstreamCode, count: number) => Array.from({ length: count }, () => code);

t.test('a call that is refused by a 429 is made six times at most, and the bucket alone makes it wait', async (t) => {
  for (const isRead of [true, false]) {
    t.same(await play(times('throttled', 5), isRead), { attempts: 6, pauses: [], code: null });
    t.same(await play(times('throttled', 9), isRead), { attempts: 6, pauses: [], code: 'throttled' });
  }
});

t.test('a read that fails is made three times at most, with pauses that double', async (t) => {
  for (const code of ['network', 'timeout', 'vendor_fault', 'unreadable'] as const) {
    t.same(await play([code], true), { attempts: 2, pauses: [250], code: null }, code);
    t.same(await play(times(code, 9), true), { attempts: 3, pauses: [250, 500], code }, code);
  }
});

t.test('a write that fails is never made again', async (t) => {
  for (const code of ['network', 'timeout', 'vendor_fault', 'unreadable'] as const)
    t.same(await play([code], false), { attempts: 1, pauses: [], code }, code);
});

t.test('a call whose token has expired is made once more, and not for ever', async (t) => {
  for (const isRead of [true, false]) {
    t.same(await play(['auth'], isRead), { attempts: 2, pauses: [], code: null });
    t.same(await play(times('auth', 9), isRead), { attempts: 2, pauses: [], code: 'auth' });
  }
});

t.test('an answer that would be the same again is thrown at once, and so is every other error', async (t) => {
  for (const code of ['permission', 'validation', 'not_found', 'unsupported'] as const)
    t.same(await play([code], true), { attempts: 1, pauses: [], code }, code);
  const options = { mayRepeat: () => true, signal: new AbortController().signal, random: () => 0.5 };
  const parked = new RetryableError('rate_limited', 'later', { retryAfterMs: 9_000 });
  await t.rejects(
    withRetries(() => Promise.reject(parked), { ...options, sleep: async () => void t.fail('slept') }),
    parked,
  );
});
