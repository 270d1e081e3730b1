import type { Bucket, Limit, Permit } from '../../ratelimit/bucket.ts';
import { readLimitHeaders } from '../../ratelimit/headers.ts';
import type { RawAnswer } from '../http.ts';
import { isRemote } from './answer.ts';

/** Truto's own limits, on top of the vendor's: 50 calls in 10 s per integrated account, 500 per API token. */
export const trutoLimits: Readonly<Record<string, Limit>> = {
  'truto:account': { requests: 50, windowMs: 10_000 },
  'truto:token': { requests: 500, windowMs: 10_000 },
};

export interface Permits {
  /** Null: no answer came. */
  settle(answer: RawAnswer | null): Promise<void>;
}

/** A permit of each of Truto's tiers, and of the vendor's endpoint where the call goes that far. */
export async function takePermits(bucket: Bucket, endpoint: string | null, signal: AbortSignal): Promise<Permits> {
  const tiers: Permit[] = [];
  try {
    const vendor = endpoint === null ? null : await bucket.acquire(endpoint, signal);
    if (vendor) tiers.push(vendor);
    for (const tier of Object.keys(trutoLimits)) tiers.push(await bucket.acquire(tier, signal));
    return permitsOf(vendor, vendor ? tiers.slice(1) : tiers);
  } catch (error) {
    await Promise.all(tiers.map((permit) => permit.unused()));
    throw error;
  }
}

/**
 * A 429 says nothing of whose limit it is but by the flag: with it, the vendor's, whose headers Truto passes on; without
 * it one of Truto's two tiers, and as it does not say which, both are held back. The call never reached the vendor then.
 */
const permitsOf = (vendor: Permit | null, tiers: readonly Permit[]): Permits => ({
  async settle(answer) {
    const status = answer?.status ?? null;
    const news = answer ? readLimitHeaders(answer.headers, Date.now()) : {};
    const isTrutos = status === 429 && answer !== null && !isRemote(answer);
    await Promise.all([
      ...tiers.map((tier) =>
        isTrutos ? tier.answered(status, news) : tier.answered(status === 429 ? 200 : status, {}),
      ),
      isTrutos ? vendor?.unused() : vendor?.answered(status, news),
    ]);
  },
});
