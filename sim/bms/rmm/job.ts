import type { Wording } from './job-words.ts';
import type { Family, Row } from './row.ts';

export interface Outcome {
  ok: boolean;
  message: string;
  ticketId: number | null;
  ticketNumber: string | null;
  psaAssetId: number | null;
}

export interface JobRow extends Row {
  /** Why the row will fail whatever it asks for. Decided at submission, so that equal runs fail alike. */
  doomed: string | null;
  outcome: Outcome | null;
}

export interface Job {
  /** Digits beyond 2^53. */
  id: string;
  family: Family;
  actionType: number;
  operation: string;
  startsAt: number;
  finishesAt: number;
  rows: JobRow[];
  wording: Wording;
  /** For the log of a batch: one for its start, then one a row. */
  logIds: string[];
}

export const isFinished = (job: Job, now: number) => now >= job.finishesAt;

export function jobWord(job: Job, now: number): string {
  const { wording, rows } = job;
  if (!isFinished(job, now)) return now >= job.startsAt ? wording.running : wording.pending;
  const failures = rows.filter(({ outcome }) => outcome?.ok === false).length;
  if (failures === 0) return wording.done;
  return failures === rows.length ? wording.failed : wording.mixed;
}
