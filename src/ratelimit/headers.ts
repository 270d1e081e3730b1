/** What an answer's headers say about the limit; absent when they do not say. */
export interface LimitNews {
  /** Earliest moment for the next call, in ms from now. */
  retryAfterMs?: number;
  limit?: number;
  remaining?: number;
  /** When the window starts anew, in ms from now. */
  resetMs?: number;
}

/** Nothing an upstream says may stop us for longer than this: a broken reset would otherwise be an outage. */
export const maxWaitMs = 3_600_000;

/** Above this a "seconds until reset" is in truth an epoch time. */
const epochFrom = 1_000_000_000;

const clamp = (ms: number) => Math.min(Math.max(0, Math.round(ms)), maxWaitMs);

/**
 * Reads `Retry-After` (RFC 9110: seconds or a date) and the `ratelimit-limit/-remaining/-reset` triple, which may
 * carry parameters (`110;w=10`). Malformed fields count as absent. Dates are read against the answer's own `Date`,
 * so that our clock does not matter.
 */
export function readLimitHeaders(headers: Headers, now: number): LimitNews {
  const serverNow = dateOf(headers.get('date')) ?? now;
  const news: LimitNews = {};
  const retryAfter = headers.get('retry-after');
  const seconds = integer(retryAfter);
  const date = seconds === undefined ? dateOf(retryAfter) : undefined;
  if (seconds !== undefined) news.retryAfterMs = clamp(seconds * 1000);
  if (date !== undefined) news.retryAfterMs = clamp(date - serverNow);
  const limit = integer(headers.get('ratelimit-limit'));
  const remaining = integer(headers.get('ratelimit-remaining'));
  const reset = integer(headers.get('ratelimit-reset'));
  if (limit !== undefined && limit > 0) news.limit = limit;
  if (remaining !== undefined) news.remaining = remaining;
  if (reset !== undefined) news.resetMs = clamp(reset >= epochFrom ? reset * 1000 - serverNow : reset * 1000);
  return news;
}

function integer(value: string | null): number | undefined {
  const digits = value?.match(/^\s*(\d{1,15})\s*(?:[;,].*)?$/)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function dateOf(value: string | null): number | undefined {
  const ms = value === null || !/[a-z]/i.test(value) ? Number.NaN : Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
