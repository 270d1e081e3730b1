import type { Point } from './points.ts';
import type { Target } from './target.ts';

/** One run of the suite: an alert, and the fault that is meant for it. */
export interface Plan {
  point: Point;
  target: Target;
  /** The fault has really been injected. */
  struck: boolean;
}
