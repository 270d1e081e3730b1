import type { Ports } from '../domain/ports.ts';
import type { Bucket } from '../ratelimit/bucket.ts';
import { readLimitHeaders } from '../ratelimit/headers.ts';
import type { Permit } from '../ratelimit/permit.ts';
import { type Exchange, exchange, neverLeft, type RawAnswer } from './http.ts';
import { lastCheck } from './last-check.ts';

/** The rate budget that a request draws from. */
export interface RateBudget extends Pick<Ports, 'now' | 'after'> {
  bucket: Bucket;
  /** Ends the wait for a permit. A request that was sent is always awaited. */
  signal: AbortSignal;
  /** Settles the permit by what an answer says of the limits; by default of the endpoint's own limit alone. */
  report?(permit: Permit, answer: RawAnswer, now: number): Promise<void>;
}

const reportOwn = (permit: Permit, { status, headers }: RawAnswer, now: number) =>
  permit.answered(status, readLimitHeaders(headers, now));

/**
 * Sends one request under a permit of the bucket `name`, and settles the permit. A write is sent only while the run is still
 * ours. A request that never left gives its permit back.
 *
 * Answers with any HTTP status. Throws as `exchange` and `Bucket.acquire` do, and `FencedError` when the run has been lost.
 */
export async function rateLimitedFetch(name: string, asked: Exchange, budget: RateBudget): Promise<RawAnswer> {
  const { bucket, signal, report = reportOwn } = budget;
  const permit = await bucket.acquire(name, signal);
  if (asked.isWrite) await lastCheck(permit);
  const answer = await exchange(asked, budget).catch(async (error: unknown) => {
    await (neverLeft(error) ? permit.unused() : permit.answered(null, {}));
    throw error;
  });
  await report(permit, answer, budget.now());
  return answer;
}
