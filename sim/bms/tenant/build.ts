import type { BmsOptions } from '../options.ts';
import { createIds, createRandom } from '../random.ts';
import { buildAccounts } from './accounts.ts';
import { buildOfficeAssets, createAssetMaker } from './assets.ts';
import { buildLookups } from './lookups.ts';
import { buildServers, type Server } from './servers.ts';
import type { Tenant, TimeZone } from './tenant.ts';

const firstWords = ['Bluebird', 'Northstar', 'Copperfield', 'Lighthouse', 'Juniper'];
const lastWords = ['Managed IT', 'IT Services', 'Technology Partners', 'Support Group'];

const timeZones: TimeZone[] = [
  { name: 'GMT Standard Time', olsonName: 'Europe/London', offset: 0 },
  { name: 'Eastern Standard Time', olsonName: 'America/New_York', offset: -5 },
  { name: 'AUS Eastern Standard Time', olsonName: 'Australia/Sydney', offset: 11 },
];

/** The MSP whose BMS this is, and the servers that shall have raised an alert. */
export function buildTenant(options: BmsOptions): { tenant: Tenant; servers: Server[] } {
  const random = createRandom(`${options.seed}:tenant`);
  const nextId = createIds(random);
  const lookups = buildLookups(random, nextId);
  const accounts = buildAccounts(random, nextId, lookups.slas, options.now());
  const maker = createAssetMaker(random, nextId, options.now());
  const servers = buildServers(
    accounts.filter((account) => account.isActive),
    options.tickets,
    maker,
    random,
  );
  const assets = [...buildOfficeAssets(accounts, maker), ...servers.map(({ asset }) => asset)];
  const seeded = {
    username: `triage-api-${random.hex(6)}`,
    password: random.hex(20),
    tenant: `${random.pick(firstWords)} ${random.pick(lastWords)} ${random.int(100, 999)}`,
  };
  const given = options.credentials;
  const tenant = {
    ...lookups,
    id: nextId(),
    name: given.tenant ?? seeded.tenant,
    credentials: { username: given.username ?? seeded.username, password: given.password ?? seeded.password },
    apiUser: { id: nextId(), name: 'Triage API', email: 'triage-api@msp.example' },
    rmmUser: { id: nextId(), name: 'RMM Integration', email: 'rmm@msp.example' },
    integrationType: options.integrationType,
    integrationTypeId: nextId(),
    timeZone: random.pick(timeZones),
    accounts,
    assets: new Map(assets.map((asset) => [asset.id, asset])),
  };
  return { tenant, servers };
}
