import type { Draw, Ending } from '../../src/ratelimit/steps.ts';

/** One permit of a bucket with a known limit; the window is a second by default. */
export const drawOf = (name: string, limit: number, windowMs = 1_000): Draw => ({
  name,
  limit,
  windowMs,
  cost: 1,
  concurrency: 0,
  remembered: false,
  isGuess: false,
});

/** A call that was let through, with an answer that states no limits. */
export const passed: Omit<Ending, 'draw'> = {
  spent: 1,
  verdict: 'passed',
  limit: null,
  remaining: null,
  resetMs: null,
};
