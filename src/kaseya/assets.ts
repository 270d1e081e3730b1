import { z } from 'zod';
import { caseless } from './caseless.ts';
import { maxPageSize, type Rows, readResult, readRows } from './page.ts';
import type { Transport } from './transport.ts';

const name = z.string().nullish();
const id = z.number().int().nullish();

const assetRowSchema = caseless({
  id: z.number().int(),
  assetName: z.string(),
  accountId: z.number().int(),
  accountName: name,
  locationName: name,
  contactId: id,
  contactName: name,
  serialNumber: name,
  ipAddress: name,
  isActive: z.boolean(),
});

const volumeSchema = caseless({
  drive: name,
  freeMBytes: z.number().nullish(),
  usedMBytes: z.number().nullish(),
  totalMBytes: z.number().nullish(),
});

const assetSchema = caseless({
  id,
  name,
  accountId: id,
  accountName: name,
  contactId: id,
  contactFirstName: name,
  contactLastName: name,
  category: name,
  osInfo: name,
  ipAddress: name,
  currentUser: name,
  agentId: name,
  lastCheckIn: name,
  lastReboot: name,
  isActive: z.boolean(),
  diskVolumes: z.array(volumeSchema).nullish(),
});

const ticketSchema = caseless({
  id: z.number().int(),
  ticketNumber: z.string(),
  title: name,
  accountId: id,
  statusName: name,
  priorityName: name,
  createdOn: name,
  completedDate: name,
});

export type AssetRow = z.infer<typeof assetRowSchema>;
/** The wide asset record, cut to what triage reads. Disk figures are in MB. */
export type Asset = z.infer<typeof assetSchema>;

const search = '/v2/servicedesk/hardwareasset/searchselect';
const one = '/v2/servicedesk/hardwareasset/{assetId}';

const ticketsOf = '/v2/servicedesk/hardwareasset/{assetId}/tickets';

export type AssetTicket = z.infer<typeof ticketSchema>;

/** Texts match parts of the field, so compare the answers. */
export interface AssetFilter {
  assetName?: string | undefined;
  accountId?: number | undefined;
  contactId?: number | undefined;
  contactName?: string | undefined;
  serialNumber?: string | undefined;
  ipAddress?: string | undefined;
  isActive?: boolean | undefined;
  pageNumber?: number;
  pageSize?: number;
}

export interface Assets {
  /** BMS gives no total here. */
  search(filter: AssetFilter): Promise<Rows<AssetRow>>;
  get(assetId: number): Promise<Asset>;
  /** The tickets of this asset, open and closed, with no total. */
  tickets(assetId: number, page: { pageNumber: number; pageSize: number }): Promise<Rows<AssetTicket>>;
}

export function createAssets(transport: Transport): Assets {
  return {
    async search({ pageNumber = 1, pageSize = maxPageSize, ...filter }) {
      const query = {
        'Filter.AssetName': filter.assetName,
        'Filter.AccountId': filter.accountId,
        'Filter.ContactId': filter.contactId,
        'Filter.ContactName': filter.contactName,
        'Filter.SerialNumber': filter.serialNumber,
        'Filter.IPAddress': filter.ipAddress,
        'Filter.IsActive': filter.isActive,
        PageNumber: pageNumber,
        PageSize: pageSize,
      };
      return readRows(
        assetRowSchema,
        await transport.call({ method: 'GET', template: search, query }),
        `GET ${search}`,
      );
    },
    async get(assetId) {
      const envelope = await transport.call({ method: 'GET', template: one, params: { assetId } });
      return readResult(assetSchema, envelope, `GET ${one}`);
    },
    async tickets(assetId, { pageNumber, pageSize }) {
      const query = { PageNumber: pageNumber, PageSize: pageSize };
      const envelope = await transport.call({ method: 'GET', template: ticketsOf, params: { assetId }, query });
      return readRows(ticketSchema, envelope, `GET ${ticketsOf}`);
    },
  };
}
