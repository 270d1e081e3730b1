import { z } from 'zod';
import { caseless } from './caseless.ts';
import { readResult } from './page.ts';
import type { Transport } from './transport.ts';

/**
 * BMS's RMM family: how an RMM product pushes alerts into the PSA and closes them again. It answers with a job id; what
 * became of each row is told later, and a job that "completed" may hold rows that failed.
 */
export interface ResolveRow {
  /** Ours; the only handle on the row in the job's answer. BMS does not use it to recognise a repeat. */
  transactionId: string;
  alertRefId: string;
  resolutionNote: string;
}

export interface NewTicketRow {
  transactionId: string;
  alertRefId: string;
  organization: { name: string };
  title: string;
  details: string;
  openDate: string;
  assetName: string | null;
}

export interface JobStatus {
  word: string;
  rows: JobStatusRow[];
}

export interface JobStatusRow {
  transactionId: string | null;
  statusCode: string | null;
  statusMessage: string | null;
  ticketId: number | null;
  ticketNumber: string | null;
}

export interface Rmm {
  /** Each takes an array, because BMS does, and answers with the job's id: digits too long for a number. */
  resolveTickets(rows: readonly ResolveRow[]): Promise<string>;
  createTickets(rows: readonly NewTicketRow[]): Promise<string>;
  ticketJob(jobId: string): Promise<JobStatus>;
}

const submittedSchema = caseless({ jobId: z.string().regex(/^\d+$/) });

const text = z.string().nullish();
const statusSchema = caseless({
  jobStatus: text,
  details: z
    .array(
      caseless({
        transactionId: text,
        statusCode: text,
        statusMessage: text,
        ticketId: z.number().int().nullish(),
        ticketNumber: text,
      }),
    )
    .nullish(),
});

const resolve = '/v2/rmm/{integrationType}/tickets/resolve';
const create = '/v2/rmm/{integrationType}/tickets';
const status = '/v2/rmm/{integrationType}/tickets/status/{jobId}';

export function createRmm(transport: Transport, integrationType: string): Rmm {
  const submit = async (template: string, body: unknown[]): Promise<string> => {
    const envelope = await transport.call({ method: 'POST', template, params: { integrationType }, body });
    return readResult(submittedSchema, envelope, `POST ${template}`, 'unknown').jobId;
  };
  return {
    resolveTickets: (rows) =>
      submit(
        resolve,
        rows.map((row) => ({
          TransactionId: row.transactionId,
          AlertRefId: row.alertRefId,
          ResolutionNote: row.resolutionNote,
        })),
      ),
    createTickets: (rows) =>
      submit(
        create,
        rows.map((row) => ({
          TransactionId: row.transactionId,
          AlertRefId: row.alertRefId,
          Organization: { Name: row.organization.name },
          Title: row.title,
          Details: row.details,
          OpenDate: row.openDate,
          ...(row.assetName === null ? {} : { Asset: { Name: row.assetName } }),
          DuplicationCount: 0,
        })),
      ),
    async ticketJob(jobId) {
      const params = { integrationType, jobId };
      const envelope = await transport.call({ method: 'GET', template: status, params });
      const { jobStatus, details } = readResult(statusSchema, envelope, `GET ${status}`);
      const rows = (details ?? []).map((row) => ({
        transactionId: row.transactionId ?? null,
        statusCode: row.statusCode ?? null,
        statusMessage: row.statusMessage ?? null,
        ticketId: row.ticketId ?? null,
        ticketNumber: row.ticketNumber ?? null,
      }));
      return { word: jobStatus ?? '', rows };
    },
  };
}
