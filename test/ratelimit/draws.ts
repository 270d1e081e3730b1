import type { Draw, Ending } from '../../src/ratelimit/steps.ts';

/** One permit of a bucket, by a limit that is known; in a window of a second unless told. */
export const drawOf = (name: string, limit: number, windowMs = 1_000): Draw => ({
  name,
  limit,
  windowMs,
  cost: 1,
  concurrency: 0,
  remembered: false,
  isGuess: false,
});

/** A call that was let through, by an answer without a word on limits. */
export const passed: Omit<Ending, 'draw'> = {
  spent: 1,
  verdict: 'passed',
  limit: null,
  remaining: null,
  resetMs: null,
};
