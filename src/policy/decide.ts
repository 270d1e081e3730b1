import type { Mode } from '../domain/journal.ts';
import type { Effect } from './effect.ts';

/** `describe`: write down what would be done, and do nothing. */
export type Decision = 'allow' | 'describe' | 'deny';

/** Reads are always allowed, destructive calls never; writes are the mode's business. */
export function decide(effect: Effect, mode: Mode): Decision {
  if (effect === 'read') return 'allow';
  if (effect === 'destructive') return 'deny';
  return mode === 'auto' ? 'allow' : 'describe';
}
