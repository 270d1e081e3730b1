import type { Alert } from '../domain/alert.ts';
import type { Mode } from '../domain/journal.ts';
import type { AlertClaim } from '../domain/verdict.ts';
import type { Stage } from './stage.ts';

export interface ClaimDeps {
  /** Decides in one atomic step what the alert means for its fault's incident, and records it. */
  claim(alert: Alert, mode: Mode): Promise<AlertClaim>;
  /** The mode of the runs that the claim opens. */
  mode: Mode;
}

/**
 * Claims the alert's fault: the alert opens an incident, joins one, closes one, or is ignored. `claim` decides and records
 * in one atomic step, so two workers cannot open two incidents for one fault. This stage decides about every alert.
 */
export const claimFault =
  ({ claim, mode }: ClaimDeps): Stage =>
  async (alert) => ({ ...(await claim(alert, mode)), unrecorded: null });
