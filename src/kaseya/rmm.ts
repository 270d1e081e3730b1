import { z } from 'zod';
import { caseless } from './caseless.ts';
import { readResult, readRows } from './page.ts';
import type { Transport } from './transport.ts';

/**
 * BMS's RMM endpoints, through which an RMM product opens tickets for alerts and closes them again. They answer with a job
 * id. The job later reports each row, and a job that "completed" may hold rows that failed.
 */
export interface ResolveRow {
  /** Our own id: the only handle on the row in the job's status. BMS does not recognise a repeat by it. */
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

export interface DeactivateRow {
  transactionId: string;
  /** The asset as the RMM product names it: its agent id, or BMS's own id as text where there is none. */
  assetId: string;
}

/** A row of one of the RMM writes, as a run hands it over for submission. */
export type RmmRow =
  | { action: 'resolve_ticket'; row: ResolveRow }
  | { action: 'create_ticket'; row: NewTicketRow }
  | { action: 'deactivate_asset'; row: DeactivateRow };
export type RmmAction = RmmRow['action'];

export type RowOf<A extends RmmAction> = Extract<RmmRow, { action: A }>['row'];

export interface SubmittedJob {
  family: 'tickets' | 'assets';
  /** Digits too long for a number. */
  jobId: string;
}

export interface Rmm {
  /** Sends rows of one action as one request. The job reports their outcome later (`jobs.ts`). */
  submit<A extends RmmAction>(action: A, rows: readonly RowOf<A>[]): Promise<SubmittedJob>;
  /** The integrations that the tenant has set up. `type` is a number here, although the paths take a name. */
  integrations(): Promise<Integration[]>;
  isEnabled(): Promise<boolean>;
}

const submittedSchema = caseless({ jobId: z.string().regex(/^\d+$/) });
const integrationSchema = caseless({ type: z.number().int(), enabled: z.boolean(), target: z.string().nullish() });
const enabledSchema = caseless({ isEnabled: z.boolean() });

export type Integration = z.infer<typeof integrationSchema>;

interface Operation<R> {
  method: 'POST' | 'PUT';
  template: string;
  family: SubmittedJob['family'];
  body(row: R): unknown;
}

const integrations = '/v2/rmm/integrations';
const status = '/v2/rmm/{integrationType}/status';

const operations: { [A in RmmAction]: Operation<RowOf<A>> } = {
  resolve_ticket: {
    method: 'POST',
    template: '/v2/rmm/{integrationType}/tickets/resolve',
    family: 'tickets',
    body: (row) => ({
      TransactionId: row.transactionId,
      AlertRefId: row.alertRefId,
      ResolutionNote: row.resolutionNote,
    }),
  },
  create_ticket: {
    method: 'POST',
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
  deactivate_asset: {
    method: 'PUT',
    template: '/v2/rmm/{integrationType}/assets/deactivate',
    family: 'assets',
    body: (row) => ({ TransactionId: row.transactionId, AssetId: row.assetId }),
  },
};

export function createRmm(transport: Transport, integrationType: string): Rmm {
  return {
    async submit(action, rows) {
      const { method, template, family, body } = operations[action];
      const request = { method, template, params: { integrationType }, body: rows.map(body) } as const;
      const envelope = await transport.call(request);
      return { family, jobId: readResult(submittedSchema, envelope, `${method} ${template}`, 'unknown').jobId };
    },
    async integrations() {
      const envelope = await transport.call({ method: 'GET', template: integrations });
      return readRows(integrationSchema, envelope, `GET ${integrations}`).rows;
    },
    async isEnabled() {
      const envelope = await transport.call({ method: 'GET', template: status, params: { integrationType } });
      return readResult(enabledSchema, envelope, `GET ${status}`).isEnabled;
    },
  };
}
