import type { JobVerdict } from '../domain/rmm-job.ts';

/** A job of the RMM side, as its status tells it. The id in the answer is a 64-bit number and is not read. */
export interface RmmJobStatus {
  word: string;
  rows: RmmJobRow[];
}

export interface RmmJobRow {
  transactionId: string | null;
  statusCode: string | null;
  statusMessage: string | null;
  ticketId: number | null;
  ticketNumber: string | null;
}

const words = (list: string) => new Set(list.split(' '));
const finished = words(
  'completed complete success succeeded done processed finished completedwitherrors partial partiallycompleted',
);
const aborted = words('failed failure error faulted cancelled canceled aborted');
const rowSucceeded = words('200 201 ok success succeeded completed complete done resolved created deactivated');
const rowFailed = words('400 401 403 404 409 422 429 500 502 503 504 failed failure error rejected invalid notfound');

const normal = (word: string | null) => (word ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * What a job says of the one row that is ours, or null while it is worth asking again. Kaseya does not publish its
 * status words: one that we do not know is never taken for an end, and a row's never for success.
 */
export function judgeRow(job: RmmJobStatus, transactionId: string): JobVerdict | null {
  const word = normal(job.word);
  if (!finished.has(word) && !aborted.has(word)) return null;
  const row = job.rows.find((candidate) => candidate.transactionId === transactionId);
  if (row) return judge(row);
  const message = `the job ended as "${job.word}" without a row for this write`;
  return { outcome: aborted.has(word) ? 'failed' : 'unknown', message, ticket: null };
}

function judge(row: RmmJobRow): JobVerdict {
  const code = normal(row.statusCode);
  const outcome = rowSucceeded.has(code) ? 'succeeded' : rowFailed.has(code) ? 'failed' : 'unknown';
  const ticket = row.ticketId !== null && row.ticketNumber ? { id: row.ticketId, number: row.ticketNumber } : null;
  return { outcome, message: row.statusMessage?.slice(0, 1_000) ?? `row status "${row.statusCode ?? ''}"`, ticket };
}

interface LogLine {
  /** 0 to 2; Kaseya does not say what they stand for. */
  type: number;
  action?: string | null | undefined;
  message?: string | null | undefined;
}

/**
 * A batch has a log and no status: nothing in it says that the job has ended, or that it went well. A line that
 * speaks of failure is one; anything else is waited out, and is unknown at the deadline.
 */
export function judgeLog(lines: readonly LogLine[]): JobVerdict | null {
  const bad = lines.find(({ action, message }) =>
    /\b(fail|failed|error|exception|denied)\b/i.test(`${action} ${message}`),
  );
  return bad
    ? { outcome: 'failed', message: bad.message ?? bad.action ?? 'the log tells of an error', ticket: null }
    : null;
}

/** The scheduler's answer is the name of a state. It speaks of the whole job, which knows no rows. */
export function judgeScheduled(state: string): JobVerdict | null {
  const word = normal(state);
  if (word === 'succeeded') return { outcome: 'succeeded', message: `the scheduler says "${state}"`, ticket: null };
  if (aborted.has(word) || word === 'deleted')
    return { outcome: 'failed', message: `the scheduler says "${state}"`, ticket: null };
  return null;
}
