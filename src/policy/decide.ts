import type { Mode, Subject } from '../domain/journal.ts';
import type { Effect } from './effect.ts';

/** `describe`: the call is written down with its arguments and not made. */
export type Decision = 'allow' | 'describe' | 'deny';

/** What policy decides from. All of it is the service's own knowledge, never a model's or a sender's word. */
export interface CallFacts {
  /** The tool's class, from the catalogue. */
  effect: Effect;
  /** The run's mode, as its journal's first entry has it. */
  mode: Mode;
  /** What the run works on: an alert that came in, or a task that a person asked for. */
  subject: Subject['kind'];
}

/**
 * Decides whether a call may be made. Pure and total: equal facts get equal decisions, and it never throws.
 * Reads are always allowed. A destructive call needs a person's request, so an alert's run never makes one, in any mode.
 * The mode decides about the rest: `auto` makes the call, `observe` describes it.
 */
export function decide({ effect, mode, subject }: CallFacts): Decision {
  if (effect === 'read') return 'allow';
  if (effect === 'destructive' && subject !== 'task') return 'deny';
  return mode === 'auto' ? 'allow' : 'describe';
}
