import type { Ports } from '../domain/ports.ts';
import type { Bucket, Permit } from '../ratelimit/bucket.ts';
import { readLimitHeaders } from '../ratelimit/headers.ts';
import { type Exchange, exchange, neverLeft, type RawAnswer } from './http.ts';
import { lastCheck } from './last-check.ts';

/** Whose budget a request draws from, and what ends the wait for it. */
export interface RateBudget extends Pick<Ports, 'now' | 'after'> {
  bucket: Bucket;
  signal: AbortSignal;
  /** Tells the bucket what an answer says of the limits; by default of the endpoint's own alone. */
  tell?(permit: Permit, answer: RawAnswer, now: number): Promise<void>;
}

const tellOwn = (permit: Permit, { status, headers }: RawAnswer, now: number) =>
  permit.answered(status, readLimitHeaders(headers, now));

/**
 * One request under a permit of the bucket's `name`; a write goes only while its run is still ours. A request that
 * certainly never left gives its permit back.
 */
export async function rateLimitedFetch(name: string, asked: Exchange, budget: RateBudget): Promise<RawAnswer> {
  const { bucket, signal, tell = tellOwn } = budget;
  const permit = await bucket.acquire(name, signal);
  if (asked.isWrite) await lastCheck(permit);
  const answer = await exchange(asked, budget).catch(async (error: unknown) => {
    await (neverLeft(error) ? permit.unused() : permit.answered(null, {}));
    throw error;
  });
  await tell(permit, answer, budget.now());
  return answer;
}
