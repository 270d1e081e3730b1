import type { JobVerdict } from '../domain/rmm-job.ts';

/** The status of an RMM job. The id in BMS's answer is a 64-bit number and is not read. */
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
 * The verdict on our own row of a job, or null while the job has not ended. Kaseya does not publish its status words, so
 * an unknown word of a job never counts as an end, and an unknown word of a row never counts as success.
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
