import type { Alert } from '../domain/alert.ts';
import type { AlertClaim } from '../domain/verdict.ts';
import type { Stage } from './stage.ts';

/**
 * Claims the alert's fault: the alert opens an incident, joins one, closes one, or is ignored. `claim` decides and records
 * in one atomic step, so two workers cannot open two incidents for one fault. This stage decides about every alert.
 */
export const claimFault =
  (claim: (alert: Alert) => Promise<AlertClaim>): Stage =>
  async (alert) => ({ ...(await claim(alert)), unrecorded: null });
