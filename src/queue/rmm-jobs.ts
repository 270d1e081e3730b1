import type { Job, Worker } from 'bullmq';
import { type PollDeps, poll } from './poll.ts';
import { createWorker, type PollJob, type RmmJobData, type SubmitJob, type WorkerOptions } from './queues.ts';
import { type SubmitDeps, submit } from './submit.ts';

/** The queue "rmm-jobs": `submit` sends the next batch of an action's rows, `poll` asks what became of a job. */
export function startRmmJobs(deps: SubmitDeps & PollDeps, options: WorkerOptions): Worker<RmmJobData> {
  const process = (job: Job<RmmJobData>, token: string) =>
    job.name === 'submit'
      ? submit(job as Job<SubmitJob>, token, deps, options.log)
      : poll(job as Job<PollJob>, token, deps, options.log);
  return createWorker<RmmJobData>('rmm-jobs', process, options);
}
