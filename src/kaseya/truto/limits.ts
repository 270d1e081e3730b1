import type { RawAnswer } from '../../outbound/http.ts';
import type { Limit } from '../../ratelimit/bucket.ts';
import { type LimitNews, readLimitHeaders } from '../../ratelimit/headers.ts';
import type { Permit } from '../../ratelimit/permit.ts';
import { isRemote } from './answer.ts';

/**
 * Truto's own limits: 50 calls in 10 s for each integrated account, 500 for each API token. Every call draws from them
 * besides the vendor's endpoint: pass `trutoTiers` to the bucket as its `alongside`.
 */
export const trutoLimits: Readonly<Record<string, Limit>> = {
  'truto:account': { requests: 50, windowMs: 10_000 },
  'truto:token': { requests: 500, windowMs: 10_000 },
};

export const trutoTiers: readonly string[] = Object.keys(trutoLimits);

/** What a bucket needs for calls through Truto; `limitOf` knows the limits of BMS's endpoints. */
export const trutoQuota = (limitOf: (endpoint: string) => Limit) => ({
  limitOf: (name: string): Limit => trutoLimits[name] ?? limitOf(name),
  alongside: () => trutoTiers,
});

/** The wait that Truto documents for its own 429, for an answer without `Retry-After`. */
const ownWaitMs = 10_000;

/**
 * Settles a permit by what an answer of Truto says of the limits. A 429 with the flag `truto_is_remote_error` is the
 * vendor's, whose headers Truto passes on. A 429 without it is one of Truto's tiers; it does not say which, so both wait.
 */
export async function reportTiers(permit: Permit, answer: RawAnswer, now: number): Promise<void> {
  const news = readLimitHeaders(answer.headers, now);
  if (answer.status !== 429 || isRemote(answer)) return permit.answered(answer.status, news);
  const wait: LimitNews = { retryAfterMs: news.retryAfterMs ?? ownWaitMs };
  return permit.answered(429, {}, { news: Object.fromEntries(trutoTiers.map((tier) => [tier, wait])) });
}
