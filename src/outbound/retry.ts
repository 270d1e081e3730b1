import { isTransient, UpstreamError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';

export interface RetryOptions extends Pick<Ports, 'random' | 'sleep'> {
  /** Ends the pause before the next try. */
  signal: AbortSignal;
  /** May a call that failed this way be sent again? Never true for a write: it may have been carried out. */
  mayRepeat(failed: UpstreamError): boolean;
  /** Is this the refusal of an expired token, which the next try replaces? */
  hasExpired?(refused: UpstreamError): boolean;
}

const refusalTries = 6;
const readTries = 3;
/** The most that the pause before the second try can be; it doubles with each further one. */
const pauseMs = 500;

/**
 * Repeats a call: after a 429, up to six tries; after a failure that `mayRepeat` allows, up to three, with a random pause;
 * after an expired token, once. Throws the last `UpstreamError`, and every other error at once.
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, mayRepeat, hasExpired = () => false, random, sleep } = options;
  let renewals = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const wasRefused = error.code === 'throttled' && tries < refusalTries;
      const isRenewed = hasExpired(error) && renewals === 0;
      const hasFailed = error.code !== 'throttled' && isTransient(error) && mayRepeat(error) && tries < readTries;
      if (!wasRefused && !isRenewed && !hasFailed) throw error;
      if (isRenewed) renewals += 1;
      // After a 429 the bucket imposes the wait. After a failure nothing does, so the pause is here.
      if (hasFailed) await sleep(random() * (pauseMs / 2) * 2 ** tries, { signal });
    }
  }
}
