/** The answer to a request to cancel a run. `over`: the run has concluded. `unknown`: there is no such run. */
export type CancelAnswer = 'asked' | 'unknown' | 'over';

/** The answer to a request to retry a run. `alive`: it has not concluded. `retried`: run `runId` already is its retry. */
export type RetryAnswer =
  | { verdict: 'opened' | 'retried'; runId: string }
  | { verdict: 'unknown' }
  | { verdict: 'alive' };
