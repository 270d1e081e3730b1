import { RateLimitError } from './bms.ts';

export interface RetryOptions {
  /** Waited when a 429 names no `ratelimit-reset`. The recipe's is 10. */
  fallbackSeconds: number;
  sleep(ms: number): Promise<unknown>;
}

const maxAttempts = 5;

/**
 * The recipe's loop: the whole run is repeated after a 429, once the time in `ratelimit-reset` has passed. Any other
 * error ends it. Null when five attempts were refused.
 */
export async function retryWhenLimited(
  run: () => Promise<string>,
  { fallbackSeconds, sleep }: RetryOptions,
): Promise<string | null> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof RateLimitError)) throw error;
      const seconds = Number.parseInt(error.headers.get('ratelimit-reset') ?? '', 10);
      await sleep(1000 * (Number.isNaN(seconds) ? fallbackSeconds : seconds));
    }
  }
  return null;
}
