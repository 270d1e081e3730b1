import type { JobStatus, JobStatusRow } from './rmm.ts';

export interface JobVerdict {
  outcome: 'succeeded' | 'failed' | 'unknown';
  message: string;
  ticket: { id: number; number: string } | null;
}

const words = (list: string) => new Set(list.split(' '));
const finished = words(
  'completed complete success succeeded done processed finished completedwitherrors partial partiallycompleted',
);
const aborted = words('failed failure error cancelled canceled aborted');
const rowSucceeded = words('200 201 ok success succeeded completed complete done resolved created');
const rowFailed = words('400 401 403 404 409 422 429 500 502 503 504 failed failure error rejected invalid notfound');

const normal = (word: string | null) => (word ?? '').toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * What a job says of the one row that is ours, or null while it is worth asking again. Kaseya does not publish its
 * status words: one that we do not know is never taken for an end, and a row's never for success.
 */
export function judgeRow(job: JobStatus, transactionId: string): JobVerdict | null {
  const word = normal(job.word);
  if (!finished.has(word) && !aborted.has(word)) return null;
  const row = job.rows.find((candidate) => candidate.transactionId === transactionId);
  if (row) return judge(row);
  const message = `the job ended as "${job.word}" without a row for this write`;
  return { outcome: aborted.has(word) ? 'failed' : 'unknown', message, ticket: null };
}

function judge(row: JobStatusRow): JobVerdict {
  const code = normal(row.statusCode);
  const outcome = rowSucceeded.has(code) ? 'succeeded' : rowFailed.has(code) ? 'failed' : 'unknown';
  const ticket = row.ticketId !== null && row.ticketNumber ? { id: row.ticketId, number: row.ticketNumber } : null;
  return { outcome, message: row.statusMessage ?? `row status "${row.statusCode ?? ''}"`, ticket };
}
