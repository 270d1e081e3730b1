import type { Bucket } from '../ratelimit/bucket.ts';
import { readLimitHeaders } from '../ratelimit/headers.ts';
import { type Exchange, exchange, type RawAnswer } from './http.ts';
import { lastCheck } from './last-check.ts';

/** Whose budget a request draws from, and what ends the wait for it. */
export interface Budget {
  bucket: Bucket;
  signal: AbortSignal;
}

/** One request under a permit of the bucket's `name`; a write goes only while its run is still ours. */
export async function permittedExchange(name: string, asked: Exchange, { bucket, signal }: Budget): Promise<RawAnswer> {
  const permit = await bucket.acquire(name, signal);
  if (asked.isWrite) await lastCheck(permit);
  let answer: RawAnswer | null = null;
  try {
    answer = await exchange(asked);
    return answer;
  } finally {
    await permit.answered(answer?.status ?? null, answer ? readLimitHeaders(answer.headers, Date.now()) : {});
  }
}
