import { recordEffect } from '../effects.ts';
import type { JobWording, Range } from '../options.ts';
import type { Random } from '../random.ts';
import type { World } from '../world.ts';
import { isFinished, type Job, type JobRow, type Outcome } from './job.ts';
import { wordingsOf } from './job-words.ts';
import { type Change, RowFailure } from './row.ts';
import type { RowAction } from './row-action.ts';

export interface JobTiming {
  jobSeconds: Range;
  jobWords: JobWording;
  now: number;
}

/** Accepts a job. Nothing changes until it finishes. */
export function submitJob(
  world: World,
  { method, template, family, actionType }: Omit<RowAction, 'readRows'>,
  rows: JobRow[],
  { jobSeconds, jobWords, now }: JobTiming,
): Job {
  const seconds = jobSeconds.min + world.random.next() * (jobSeconds.max - jobSeconds.min);
  const finishesAt = now + Math.round(seconds * 1000);
  const startsAt = now + (finishesAt - now) / 3;
  const job = {
    id: nextJobId(world),
    operation: `${method} ${template}`,
    family,
    actionType,
    startsAt,
    finishesAt,
    rows,
    wording: world.random.pick(wordingsOf(jobWords)),
    logIds: [null, ...rows].map(() => world.random.uuid()),
  };
  world.jobs.set(job.id, job);
  world.pendingJobs.add(job);
  return job;
}

/** 17 to 19 digits below 2^63, and odd: such a number cannot survive a trip through a double unnoticed. */
function nextJobId({ jobs, random }: World): string {
  for (;;) {
    const id = `${random.int(1, 8)}${digits(random, random.int(15, 17))}${random.pick([1, 3, 5, 7, 9])}`;
    if (!jobs.has(id)) return id;
  }
}

const digits = (random: Random, length: number) => Array.from({ length }, () => random.int(0, 9)).join('');

/** Carries out the jobs that are due, in the order in which they finish. Runs before anything reads or writes. */
export function finishDueJobs(world: World, now: number): void {
  const due = [...world.pendingJobs].filter((job) => isFinished(job, now));
  due.sort((left, right) => left.finishesAt - right.finishesAt);
  for (const job of due) {
    world.pendingJobs.delete(job);
    for (const row of job.rows) row.outcome = carryOut(world, job, row);
  }
}

function carryOut(world: World, job: Job, row: JobRow): Outcome {
  const act = { by: world.tenant.rmmUser, at: new Date(job.finishesAt).toISOString() };
  const nothing = { ticketId: null, ticketNumber: null, psaAssetId: null };
  const { transactionId, alertRefId, body } = row;
  const fail = (message: string): Outcome => {
    const asked = { operation: job.operation, jobId: job.id, transactionId, alertRefId, assetId: row.assetId };
    world.refused.push({ seq: world.refused.length + 1, at: act.at, ...asked, reason: message });
    return { ok: false, message, ...nothing };
  };
  if (row.doomed !== null) return fail(row.doomed);
  let change: Change;
  try {
    change = row.apply(act);
  } catch (error) {
    if (error instanceof RowFailure) return fail(error.message);
    throw error;
  }
  const { message, ticket, asset } = change;
  const ids = { ticketId: ticket?.id ?? null, assetId: asset?.id ?? null };
  recordEffect(world.effects, {
    ...{ at: act.at, operation: job.operation, jobId: job.id, transactionId, alertRefId, body },
    ...ids,
  });
  return { ok: true, message, ...nothing, ...ids, ticketNumber: ticket?.ticketNumber ?? null, psaAssetId: ids.assetId };
}
