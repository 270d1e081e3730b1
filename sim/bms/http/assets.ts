import { booleanOf, contains, filterOf, pageOf, type Query, wholeNumber } from '../query.ts';
import type { Asset } from '../tenant/assets.ts';
import { filterTickets } from '../ticket-filter.ts';
import { notFound, ok } from '../wire.ts';
import { assetRow, assetView } from './asset-view.ts';
import type { Call, Route } from './route.ts';
import { ticketRow } from './ticket-view.ts';

const base = '/v2/servicedesk/hardwareasset';

/** Paged without a total: the end shows by a short page. */
const search: Route = {
  method: 'GET',
  template: `${base}/searchselect`,
  handle({ tenant, query }) {
    const test = testOf(filterOf(query));
    const found = [...tenant.assets.values()].filter(test).sort((left, right) => left.name.localeCompare(right.name));
    return ok(pageOf(found, query).map((asset) => assetRow(tenant, asset)));
  },
};

function testOf(filter: Query): (asset: Asset) => boolean {
  const accountId = wholeNumber(filter, 'AccountId');
  const contactId = wholeNumber(filter, 'ContactId');
  const excludedId = wholeNumber(filter, 'ExcludedId');
  const isActive = booleanOf(filter, 'IsActive');
  const has = (text: string, name: string) => contains(text, filter.get(name) ?? '');
  return (asset) =>
    has(asset.name, 'AssetName') &&
    has(asset.serialNumber, 'SerialNumber') &&
    has(asset.ipAddress, 'IPAddress') &&
    (accountId === undefined || asset.accountId === accountId) &&
    (contactId === undefined || asset.contactId === contactId) &&
    (isActive === undefined || asset.isActive === isActive) &&
    asset.id !== excludedId;
}

const get: Route = {
  method: 'GET',
  template: `${base}/{assetId}`,
  handle: (call) => ok(assetView(call.tenant, assetOf(call), call.state.now())),
};

const tickets: Route = {
  method: 'GET',
  template: `${base}/{assetId}/tickets`,
  handle(call) {
    const { world, tenant, query } = call;
    const { id } = assetOf(call);
    const filter = { get: (name: string) => (name === 'HardwareAssetId' ? String(id) : undefined) };
    const found = filterTickets(world, filter);
    return ok(pageOf(found, query).map((ticket) => ticketRow(tenant, ticket)));
  },
};

function assetOf({ tenant, param }: Call): Asset {
  const asset = tenant.assets.get(Number(param('assetId')));
  if (!asset) throw notFound(`Hardware asset ${param('assetId')}`);
  return asset;
}

const onlineMs = 5 * 60_000;

/** Known by the agent's id as well as by the asset's: the description says text. */
const status: Route = {
  method: 'GET',
  template: `${base}/{deviceId}/status`,
  handle({ tenant, param }) {
    const wanted = param('deviceId');
    const asset = [...tenant.assets.values()].find(({ id, agentId }) => String(id) === wanted || agentId === wanted);
    if (!asset) throw notFound(`Device ${wanted}`);
    return ok({ isOnline: asset.isActive && asset.checkInAgoMs < onlineMs });
  },
};

export const assetRoutes: Route[] = [search, get, tickets, status];
