import { z } from 'zod';
import type { JobRef, JobVerdict } from '../domain/rmm-job.ts';
import { caseless } from './caseless.ts';
import { judgeLog, judgeRow, judgeScheduled, type RmmJobStatus } from './job-verdict.ts';
import { allRows, maxPageSize, readResult, readRows } from './page.ts';
import type { Transport } from './transport.ts';

/** Each family has a status of its own, so an id without its family is worth nothing. */
export type BmsJobFamily = 'tickets' | 'assets' | 'mappings' | 'batch' | 'scheduler';

type Look = (job: JobRef) => Promise<JobVerdict | null>;

/** What one look at a job tells of each of its rows, by transaction id. */
export type Judge = (transactionId: string) => JobVerdict | null;

/** Asks whoever knows the job's family; families that are not BMS's bring a look of their own, for one row each. */
export function jobReader(jobs: Jobs, others: Readonly<Record<string, Look>>) {
  return async ({ family, ...job }: JobRef & { family: string }): Promise<Judge> => {
    if (isBmsFamily(family)) return jobs.look(family, job.jobId);
    const message = `nothing here can look at jobs of the family "${family}"`;
    const verdict = (await others[family]?.(job)) ?? null;
    return () => (family in others ? verdict : { outcome: 'unknown', message, ticket: null });
  };
}

const isBmsFamily = (family: string): family is BmsJobFamily =>
  ['tickets', 'assets', 'mappings', 'batch', 'scheduler'].includes(family);

const text = z.string().nullish();
const rowSchema = caseless({
  transactionId: text,
  statusCode: text,
  statusMessage: text,
  ticketId: z.number().int().nullish(),
  ticketNumber: text,
});
const rmmSchema = caseless({ jobStatus: text, details: z.array(rowSchema).nullish() });
const logSchema = caseless({ type: z.number().int(), action: text, message: text });
const scheduledSchema = caseless({ name: text, reason: text });

const rmmStatus = (family: 'tickets' | 'assets' | 'mappings') => `/v2/rmm/{integrationType}/${family}/status/{jobId}`;
const batchLog = '/v2/system/batchAction/logs/{jobId}';
const schedulerStatus = '/v2/system/schedulerJobs/{jobId}/status';

export interface Jobs {
  /**
   * One look at a job, which tells of all its rows. Null while it is worth asking again; what it says is never read
   * as success unless it says so.
   */
  look(family: BmsJobFamily, jobId: string): Promise<Judge>;
}

export function createJobs(transport: Transport, integrationType: string): Jobs {
  const lookRmm =
    (family: 'tickets' | 'assets' | 'mappings') =>
    async (jobId: string): Promise<Judge> => {
      const template = rmmStatus(family);
      const params = { integrationType, jobId };
      const envelope = await transport.call({ method: 'GET', template, params });
      const status = statusOf(readResult(rmmSchema, envelope, `GET ${template}`));
      return (transactionId) => judgeRow(status, transactionId);
    };
  const looks: Record<BmsJobFamily, (jobId: string) => Promise<Judge>> = {
    tickets: lookRmm('tickets'),
    assets: lookRmm('assets'),
    mappings: lookRmm('mappings'),
    async batch(jobId) {
      const { rows } = await allRows(async (pageNumber) => {
        const query = { PageNumber: pageNumber, PageSize: maxPageSize };
        const envelope = await transport.call({ method: 'GET', template: batchLog, params: { jobId }, query });
        return readRows(logSchema, envelope, `GET ${batchLog}`);
      });
      return () => judgeLog(rows);
    },
    async scheduler(jobId) {
      const envelope = await transport.call({ method: 'GET', template: schedulerStatus, params: { jobId } });
      const { name } = readResult(scheduledSchema, envelope, `GET ${schedulerStatus}`);
      return () => judgeScheduled(name ?? '');
    },
  };
  return { look: (family, jobId) => looks[family](jobId) };
}

const statusOf = ({ jobStatus, details }: z.infer<typeof rmmSchema>): RmmJobStatus => ({
  word: jobStatus ?? '',
  rows: (details ?? []).map((row) => ({
    transactionId: row.transactionId ?? null,
    statusCode: row.statusCode ?? null,
    statusMessage: row.statusMessage ?? null,
    ticketId: row.ticketId ?? null,
    ticketNumber: row.ticketNumber ?? null,
  })),
});
