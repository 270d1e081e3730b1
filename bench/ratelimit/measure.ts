import type { Cell } from './cell.ts';

/**
 * What the policy allows in the measured time: limit × time ÷ window, and for a bucket its opening credit on top.
 * (A client that starts in the middle of a fixed window can catch one window more than that; `utilisation` stops at 1.)
 */
export function allowedCalls(
  { policy, limit, windowMs }: Pick<Cell, 'policy' | 'limit' | 'windowMs'>,
  ms: number,
): number {
  return (limit * ms) / windowMs + (policy === 'bucket' ? limit : 0);
}

/** The share of what was left for us, after what other users took, that we used: 0 to 1, to three places. */
export function utilisation(allowed: number, granted: number, foreign: number): number {
  return Math.min(1, Math.round((1000 * granted) / Math.max(1, allowed - foreign)) / 1000);
}
