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

/** A row of one of the RMM writes, as a run hands it over for submission. */
export type RmmRow = { action: 'resolve_ticket'; row: ResolveRow } | { action: 'create_ticket'; row: NewTicketRow };
export type RmmAction = RmmRow['action'];

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

export type RowOf<A extends RmmAction> = Extract<RmmRow, { action: A }>['row'];

export interface SubmittedJob {
  family: 'tickets' | 'assets';
  jobId: string;
}

export interface Rmm {
  /** Sends rows of one action as one request; answers with the job's id, digits too long for a number. */
  submit<A extends RmmAction>(action: A, rows: readonly RowOf<A>[]): Promise<SubmittedJob>;
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

const status = '/v2/rmm/{integrationType}/tickets/status/{jobId}';

interface Operation<R> {
  template: string;
  family: SubmittedJob['family'];
  body(row: R): unknown;
}

const operations: { [A in RmmAction]: Operation<RowOf<A>> } = {
  resolve_ticket: {
    template: '/v2/rmm/{integrationType}/tickets/resolve',
    family: 'tickets',
    body: (row) => ({
      TransactionId: row.transactionId,
      AlertRefId: row.alertRefId,
      ResolutionNote: row.resolutionNote,
    }),
  },
  create_ticket: {
    template: '/v2/rmm/{integrationType}/tickets',
    family: 'tickets',
    body: (row) => ({
      TransactionId: row.transactionId,
      AlertRefId: row.alertRefId,
      Organization: { Name: row.organization.name },
      Title: row.title,
      Details: row.details,
      OpenDate: row.openDate,
      ...(row.assetName === null ? {} : { Asset: { Name: row.assetName } }),
      DuplicationCount: 0,
    }),
  },
};

export function createRmm(transport: Transport, integrationType: string): Rmm {
  return {
    async submit(action, rows) {
      const { template, family, body } = operations[action];
      const request = { method: 'POST', template, params: { integrationType }, body: rows.map(body) } as const;
      const envelope = await transport.call(request);
      return { family, jobId: readResult(submittedSchema, envelope, `POST ${template}`, 'unknown').jobId };
    },
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
