import type { LedgerTicket } from '../harness/sim-client.ts';
import type { Path } from './points.ts';

/** One alert, and the ticket that BMS has for its device. */
export interface Target {
  path: Path;
  /** The alert's own id at its sender; BMS calls it AlertRefId. */
  alertRefId: string;
  /** The alert's own ticket; on the path `open` that of another alert on the same device. */
  ticket: LedgerTicket;
}
