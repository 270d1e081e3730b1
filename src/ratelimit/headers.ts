import { integer, type Quota, quotaOf } from './quota.ts';
import { readStructured } from './structured-limits.ts';

/** What an answer's headers say about the limit. A figure that they do not state is absent. */
export interface LimitNews {
  /** Earliest moment for the next call, in ms from now. */
  retryAfterMs?: number;
  /** Calls (or units) a window. */
  limit?: number;
  /** Length of the window that the limit counts over. */
  windowMs?: number;
  /** Calls (or units) left in the window. */
  remaining?: number;
  /** When the window starts anew, in ms from now. */
  resetMs?: number;
}

/** The longest wait that an upstream can impose: without a cap, one broken reset header would be an outage. */
export const maxWaitMs = 3_600_000;

/** From the first figure on, "seconds until reset" is really an epoch time; from the second on, in milliseconds. */
const epochFrom = 1_000_000_000;
const epochMsFrom = 1_000_000_000_000;

/** A wait in whole ms, neither negative nor longer than `maxWaitMs`. */
export const clamp = (ms: number): number => Math.min(Math.max(0, Math.round(ms)), maxWaitMs);

/**
 * Reads, in this order: `Retry-After` (RFC 9110: seconds, or a date against the answer's own `Date`, so that our clock does
 * not matter), the structured `RateLimit` and `RateLimit-Policy` fields (IETF drafts -07 and -08 on), and the older triple
 * `RateLimit-Limit/-Remaining/-Reset`, which may carry parameters (`110;w=10`). A malformed field counts as absent; nothing
 * throws. `now` is our clock in ms, used where the answer has no `Date`.
 */
export function readLimitHeaders(headers: Headers, now: number): LimitNews {
  const serverNow = dateOf(headers.get('date')) ?? now;
  const untilReset = (seconds: number) => {
    if (seconds >= epochMsFrom) return clamp(seconds - serverNow);
    return clamp(seconds >= epochFrom ? seconds * 1000 - serverNow : seconds * 1000);
  };
  const quota = readStructured(headers) ?? readTriple(headers);
  const news: LimitNews = {};
  if (quota.limit) news.limit = quota.limit;
  if (quota.windowSeconds) news.windowMs = quota.windowSeconds * 1000;
  if (quota.remaining !== undefined) news.remaining = quota.remaining;
  if (quota.resetSeconds !== undefined) news.resetMs = untilReset(quota.resetSeconds);
  const retryAfter = headers.get('retry-after');
  const seconds = integer(retryAfter);
  const date = dateOf(retryAfter);
  if (seconds !== undefined) news.retryAfterMs = clamp(seconds * 1000);
  else if (date !== undefined) news.retryAfterMs = clamp(date - serverNow);
  return news;
}

/** `ratelimit-limit` may list policies as well (`100, 100;w=10`): the first figure is the limit that applies. */
function readTriple(headers: Headers): Quota {
  const field = headers.get('ratelimit-limit');
  const limit = integer(field);
  const windowSeconds = windowOf(headers.get('ratelimit-policy') ?? field, limit);
  return quotaOf(
    limit,
    windowSeconds,
    integer(headers.get('ratelimit-remaining')),
    integer(headers.get('ratelimit-reset')),
  );
}

/** The window of the policy whose figure is the limit that applies. */
function windowOf(policies: string | null, limit: number | undefined): number | undefined {
  const own = policies?.split(',').find((policy) => integer(policy) === limit && /;\s*w=\d/.test(policy));
  return integer(own?.match(/;\s*w=(\d{1,9})\s*(?:;|$)/)?.[1] ?? null);
}

function dateOf(value: string | null): number | undefined {
  const ms = value === null || !/[a-z]/i.test(value) ? Number.NaN : Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
