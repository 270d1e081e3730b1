import type { Job, Worker } from 'bullmq';
import { type PollParts, poll } from './poll.ts';
import { createWorker, type PollJob, type RmmJobData, type SubmitJob, type WorkerOptions } from './queues.ts';
import { type SubmitParts, submit } from './submit.ts';

/** The queue "rmm-jobs": `submit` sends the next batch of an action's rows, `poll` looks at a job that took one. */
export function startRmmJobs(parts: SubmitParts & PollParts, options: WorkerOptions): Worker<RmmJobData> {
  const process = (job: Job<RmmJobData>, token: string) =>
    job.name === 'submit'
      ? submit(job as Job<SubmitJob>, token, parts, options.log)
      : poll(job as Job<PollJob>, token, parts, options.log);
  return createWorker<RmmJobData>('rmm-jobs', process, options);
}
