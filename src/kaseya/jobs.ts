import { z } from 'zod';
import type { JobRef, JobVerdict } from '../domain/rmm-job.ts';
import { caseless } from './caseless.ts';
import { judgeRow, type RmmJobStatus } from './job-verdict.ts';
import { readResult } from './page.ts';
import type { Transport } from './transport.ts';

/** Each family has its own status path, so an id cannot be read without its family. */
const bmsFamilies = ['tickets', 'assets'] as const;
export type BmsJobFamily = (typeof bmsFamilies)[number];

type PollJob = (job: JobRef) => Promise<JobVerdict | null>;

/** What one reading of a job says of the row with this transaction id; null while the job has not ended. */
export type Judge = (transactionId: string) => JobVerdict | null;

/**
 * Reads a job once, from BMS or from its own family's reader in `others`, which reports one row for each job. A family
 * that has no reader gives the verdict `unknown`.
 */
export function jobReader(jobs: Jobs, others: Readonly<Record<string, PollJob>>) {
  return async ({ family, ...job }: JobRef & { family: string }): Promise<Judge> => {
    if (isBmsFamily(family)) return jobs.read(family, job.jobId);
    const message = `there is no reader for jobs of the family "${family}"`;
    const verdict = (await others[family]?.(job)) ?? null;
    return () => (family in others ? verdict : { outcome: 'unknown', message, ticket: null });
  };
}

const isBmsFamily = (family: string): family is BmsJobFamily => bmsFamilies.some((known) => known === family);

const text = z.string().nullish();
const rowSchema = caseless({
  transactionId: text,
  statusCode: text,
  statusMessage: text,
  ticketId: z.number().int().nullish(),
  ticketNumber: text,
});
const jobSchema = caseless({ jobStatus: text, details: z.array(rowSchema).nullish() });

const statusTemplate = (family: BmsJobFamily) => `/v2/rmm/{integrationType}/${family}/status/{jobId}`;

export interface Jobs {
  /**
   * Reads a job's status once, for all its rows. `jobId` is a string of digits. Throws `UpstreamError`; nothing that BMS
   * says is taken for success unless it says success.
   */
  read(family: BmsJobFamily, jobId: string): Promise<Judge>;
}

export const createJobs = (transport: Transport, integrationType: string): Jobs => ({
  async read(family, jobId) {
    const template = statusTemplate(family);
    const envelope = await transport.call({ method: 'GET', template, params: { integrationType, jobId } });
    const status = statusOf(readResult(jobSchema, envelope, `GET ${template}`));
    return (transactionId) => judgeRow(status, transactionId);
  },
});

const statusOf = ({ jobStatus, details }: z.infer<typeof jobSchema>): RmmJobStatus => ({
  word: jobStatus ?? '',
  rows: (details ?? []).map((row) => ({
    transactionId: row.transactionId ?? null,
    statusCode: row.statusCode ?? null,
    statusMessage: row.statusMessage ?? null,
    ticketId: row.ticketId ?? null,
    ticketNumber: row.ticketNumber ?? null,
  })),
});
