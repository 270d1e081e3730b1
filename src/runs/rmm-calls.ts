import { runAs } from '../domain/call-context.ts';
import { fenced } from '../domain/fence.ts';
import type { RmmJob } from '../domain/journal.ts';
import type { Bms } from '../kaseya/bms.ts';
import { type Judge, jobReader } from '../kaseya/jobs.ts';
import type { RmmAction, RowOf, SubmittedJob } from '../kaseya/rmm.ts';
import type { Remedies } from '../remedies/remedies.ts';

/** The upstream calls of the queue "rmm-jobs". Both serve the rows of many runs, so no run's client is charged. */
export interface RmmCalls {
  /** Sends the rows of one action as one request. `check` throws when they must not be sent any more; it is called last. */
  submitRows(action: string, rows: readonly unknown[], check: () => Promise<void>): Promise<SubmittedJob>;
  /** Reads a job once. A parked run waits for the result. */
  readJob(job: Omit<RmmJob, 'deadline'>): Promise<Judge>;
}

export function createRmmCalls({ bms, remedies }: { bms: Bms; remedies: Remedies }): RmmCalls {
  const client = 'rmm-jobs';
  const readJob = jobReader(bms.jobs, { remedy: (job) => remedies.poll(job) });
  return {
    submitRows: (action, rows, check) =>
      runAs({ lane: 'triage', client, id: `submit ${action}` }, () =>
        fenced(check, () => bms.rmm.submit(action as RmmAction, rows as RowOf<RmmAction>[])),
      ),
    readJob: (job) => runAs({ lane: 'verification', client, id: job.jobId }, () => readJob(job)),
  };
}
