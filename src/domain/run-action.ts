/** What a person hears who cancels a run. `over`: it has concluded. */
export type CancelAnswer = 'asked' | 'unknown' | 'over';

/** What a person hears who retries a run. `alive`: it has not concluded. `retried`: run `runId` already is its retry. */
export type RetryAnswer =
  | { verdict: 'opened' | 'retried'; runId: string }
  | { verdict: 'unknown' }
  | { verdict: 'alive' };
