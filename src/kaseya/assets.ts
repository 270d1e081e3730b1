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
  contactName: name,
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
  category: name,
  osInfo: name,
  ipAddress: name,
  currentUser: name,
  lastCheckIn: name,
  lastReboot: name,
  isActive: z.boolean(),
  diskVolumes: z.array(volumeSchema).nullish(),
});

export type AssetRow = z.infer<typeof assetRowSchema>;
/** The wide asset record, cut to what triage reads. Disk figures are in MB. */
export type Asset = z.infer<typeof assetSchema>;

const search = '/v2/servicedesk/hardwareasset/searchselect';
const one = '/v2/servicedesk/hardwareasset/{assetId}';

export interface Assets {
  /** `assetName` matches parts of names: compare the answers. BMS gives no total here. */
  search(filter: { assetName?: string; accountId?: number; pageNumber?: number }): Promise<Rows<AssetRow>>;
  get(assetId: number): Promise<Asset>;
}

export function createAssets(transport: Transport): Assets {
  return {
    async search({ assetName, accountId, pageNumber = 1 }) {
      const query = {
        'Filter.AssetName': assetName,
        'Filter.AccountId': accountId,
        PageNumber: pageNumber,
        PageSize: maxPageSize,
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
  };
}
