import { caseless, text } from '../fields.ts';
import { type Asset, mainOf } from '../tenant/assets.ts';
import { byId } from '../tenant/named.ts';
import type { Act } from '../ticket.ts';
import type { World } from '../world.ts';
import { accountOf } from './create-ticket.ts';
import { RowFailure } from './row.ts';
import { defineRowAction } from './row-action.ts';

/** `IntegrationtAssetInputDto`, as far as this BMS keeps it. */
const shape = {
  ...{ TransactionId: text.nullish(), AssetId: text.nullish(), AgentId: text.nullish(), Name: text.nullish() },
  Organization: caseless({ Id: text.nullish(), Name: text.nullish() }).nullish(),
  LocationId: text.nullish(),
  AssetDetails: caseless({ SerialNumber: text.nullish(), OsInfo: text.nullish() }).nullish(),
  AssetNetworkDetails: caseless({ IpAddress: text.nullish(), MacAddress: text.nullish() }).nullish(),
};
const template = '/v2/rmm/{integrationType}/assets';

type Given = Partial<Pick<Asset, 'serialNumber' | 'os' | 'ipAddress' | 'macAddress'>>;

export const addAssets = defineRowAction(
  { method: 'POST', template, family: 'assets', actionType: 5 },
  shape,
  (world, row, act) => {
    const agentId = row.AgentId ?? row.AssetId;
    if (!agentId || !row.Name?.trim()) throw new RowFailure('AgentId and Name are required');
    if (byAgent(world, agentId)) throw new RowFailure(`An asset with the agent "${agentId}" is there already`);
    const account = accountOf(world, row.Organization);
    const location = byId(account.locations, row.LocationId ? Number(row.LocationId) : mainOf(account));
    if (!location) throw new RowFailure(`${account.name} has no location ${row.LocationId}`);
    const given = { serialNumber: '', os: '', ipAddress: '', macAddress: '', ...givenOf(row) };
    const asset: Asset = {
      ...{ id: world.sequence.noteId(), name: row.Name, accountId: account.id, locationId: location.id },
      ...{ contactId: null, kind: 'Workstation', agentId, isActive: true, volumes: [], ...given },
      ...stampsOf(act),
    };
    world.tenant.assets.set(asset.id, asset);
    return { message: 'Created', asset };
  },
);

export const replaceAssets = defineRowAction(
  { method: 'PUT', template, family: 'assets', actionType: 6 },
  shape,
  (world, row, { at }) => {
    const asset = byAgent(world, row.AgentId ?? row.AssetId);
    if (!asset) throw new RowFailure(`No asset is known as "${row.AgentId ?? row.AssetId}"`);
    Object.assign(asset, givenOf(row), { name: row.Name ?? asset.name, isActive: true, modifiedOn: at });
    return { message: 'Updated', asset };
  },
);

const byAgent = ({ tenant }: World, agentId: string | null | undefined) =>
  [...tenant.assets.values()].find((asset) => asset.agentId === agentId);

const stampsOf = ({ at }: Act) => ({ checkInAgoMs: 0, rebootedAt: at, createdOn: at, modifiedOn: at });

interface Details {
  AssetDetails?: { SerialNumber?: string | null | undefined; OsInfo?: string | null | undefined } | null | undefined;
  AssetNetworkDetails?:
    | { IpAddress?: string | null | undefined; MacAddress?: string | null | undefined }
    | null
    | undefined;
}

function givenOf({ AssetDetails, AssetNetworkDetails }: Details): Given {
  const given = {
    ...{ serialNumber: AssetDetails?.SerialNumber, os: AssetDetails?.OsInfo },
    ...{ ipAddress: AssetNetworkDetails?.IpAddress, macAddress: AssetNetworkDetails?.MacAddress },
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
}
