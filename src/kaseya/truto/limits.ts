import type { RawAnswer } from '../../outbound/http.ts';
import type { Limit, Permit } from '../../ratelimit/bucket.ts';
import { type LimitNews, readLimitHeaders } from '../../ratelimit/headers.ts';
import { isRemote } from './answer.ts';

/**
 * Truto's own limits, which every call draws from beside the vendor's endpoint: 50 in 10 s per integrated account,
 * 500 per API token. Hand the names to the bucket as its `alongside`.
 */
export const trutoLimits: Readonly<Record<string, Limit>> = {
  'truto:account': { requests: 50, windowMs: 10_000 },
  'truto:token': { requests: 500, windowMs: 10_000 },
};

export const trutoTiers: readonly string[] = Object.keys(trutoLimits);

/** What Truto documents for its own 429, should it leave `Retry-After` out. */
const ownWaitMs = 10_000;

/**
 * Tells the bucket what an answer says of the limits. A 429 says whose limit it is only by the flag: with it the
 * vendor's, whose headers Truto passes on; without it one of Truto's tiers. Which one it does not say, so both wait.
 */
export async function tellTiers(permit: Permit, answer: RawAnswer, now: number): Promise<void> {
  const news = readLimitHeaders(answer.headers, now);
  if (answer.status !== 429 || isRemote(answer)) return permit.answered(answer.status, news);
  const wait: LimitNews = { retryAfterMs: news.retryAfterMs ?? ownWaitMs };
  return permit.answered(429, {}, { news: Object.fromEntries(trutoTiers.map((tier) => [tier, wait])) });
}
