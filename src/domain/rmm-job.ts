import type { JobOutcome, TicketRef } from './journal.ts';

/** Names one row of an RMM job. */
export interface JobRef {
  /** Digits beyond the integers that JavaScript keeps exactly: never a number. */
  jobId: string;
  /** Names our own row in the RMM families; the other families know no rows. */
  transactionId: string;
}

/** What became of one row. `unknown` is never taken for success: it goes to a person. */
export interface JobVerdict {
  outcome: JobOutcome;
  /** In the upstream's own words, or what was found in their stead. */
  message: string;
  ticket: TicketRef | null;
}
