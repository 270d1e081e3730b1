import type { Alert } from '../domain/alert.ts';
import type { AlertClaim, AlertResult } from '../domain/verdict.ts';

/** What becomes of an alert. Both ids are empty when the alert belongs to no incident. */
export interface Decision extends AlertClaim {
  /** What the intake has to record for `/v1/alerts`. Null: the stage has recorded it, in one step with its decision. */
  unrecorded: AlertResult | null;
}

/**
 * One rule of the intake. It decides about the alert, or returns null to leave it to the next stage. A worker that dies
 * repeats its alert, so a stage must give the same decision again and change nothing twice.
 */
export type Stage = (alert: Alert) => Promise<Decision | null>;
