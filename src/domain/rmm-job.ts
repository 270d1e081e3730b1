import type { JobOutcome, TicketRef } from './journal.ts';

/** Names one row of an RMM job. */
export interface JobRef {
  /** Larger than the integers that JavaScript keeps exactly: never a number. */
  jobId: string;
  /** Names the run's own row in the RMM families; the other families have no rows. */
  transactionId: string;
}

/** What became of one row. `unknown` never counts as success: a person decides. */
export interface JobVerdict {
  outcome: JobOutcome;
  /** The upstream's own words; without any, what was found instead. */
  message: string;
  ticket: TicketRef | null;
}
