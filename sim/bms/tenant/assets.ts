import type { NextId, Random } from '../random.ts';
import type { Account } from './accounts.ts';
import { named } from './named.ts';

export interface Volume {
  drive: string;
  label: string;
  freeMb: number;
  totalMb: number;
}

export type AssetKind = 'Server' | 'Workstation' | 'Printer';

export interface Asset {
  id: number;
  name: string;
  accountId: number;
  locationId: number;
  /** The person who uses it; servers have none. */
  contactId: number | null;
  kind: AssetKind;
  /** The id that the RMM's agent goes by. */
  agentId: string;
  serialNumber: string;
  ipAddress: string;
  macAddress: string;
  os: string;
  isActive: boolean;
  volumes: Volume[];
  /** Counted back from now: an agent that is online checks in all the time. */
  checkInAgoMs: number;
  rebootedAt: string;
  createdOn: string;
  modifiedOn: string;
}

const systems: Record<AssetKind, string> = {
  Server: 'Microsoft Windows Server 2022 Standard',
  Workstation: 'Microsoft Windows 11 Pro',
  Printer: 'Embedded firmware 4.2',
};

interface AssetMore {
  /** What is free on C:, 0 to 1. */
  freeShare?: number;
  /** The name of its user; for a workstation the default is the account's first contact. */
  owner?: string;
}

export interface AssetMaker {
  make(account: Account, name: string, kind: AssetKind, more?: AssetMore): Asset;
}

export function createAssetMaker(random: Random, nextId: NextId, now: number): AssetMaker {
  const ago = (days: number) => new Date(now - days * 86_400_000).toISOString();
  return {
    make(account, name, kind, { freeShare = 0.4, owner: ownerName } = {}) {
      const person = ownerName === undefined ? account.contacts[0] : named(account.contacts, ownerName);
      const owner = kind === 'Workstation' ? person : undefined;
      const createdOn = ago(random.int(100, 900));
      return {
        ...{
          id: nextId(),
          name,
          accountId: account.id,
          locationId: mainOf(account),
          contactId: owner?.id ?? null,
          kind,
        },
        agentId: random.uuid(),
        serialNumber: random.hex(10).toUpperCase(),
        ipAddress: `10.${random.int(1, 250)}.${random.int(0, 250)}.${random.int(2, 250)}`,
        macAddress: (random.hex(12).toUpperCase().match(/../g) ?? []).join(':'),
        os: systems[kind],
        isActive: true,
        volumes: kind === 'Printer' ? [] : volumesOf(kind, freeShare, random),
        checkInAgoMs: random.int(20_000, 240_000),
        rebootedAt: ago(random.int(1, 60)),
        createdOn,
        modifiedOn: createdOn,
      };
    },
  };
}

function volumesOf(kind: AssetKind, freeShare: number, random: Random): Volume[] {
  const totalMb = random.int(110, 240) * 1024;
  const system = { drive: 'C:', label: 'System', freeMb: Math.round(totalMb * freeShare), totalMb };
  if (kind !== 'Server') return [system];
  const dataMb = random.int(500, 2000) * 1024;
  return [system, { drive: 'D:', label: 'Data', freeMb: Math.round(dataMb * 0.55), totalMb: dataMb }];
}

export function mainOf(account: Account): number {
  const main = account.locations.find((location) => location.isMain);
  if (!main) throw new Error(`${account.name} has no main location`);
  return main.id;
}

/** What every customer has besides the servers that raise alerts. Two of them named a machine alike. */
export function buildOfficeAssets(accounts: readonly Account[], maker: AssetMaker): Asset[] {
  const shared = new Set(['EXD', 'CGC']);
  const secondLaptops: Record<string, string> = { MPS: 'Colin Frost', NGL: 'Margaret Hale' };
  return accounts.flatMap((account) => {
    const retired = { ...maker.make(account, `${account.code}-OLD01`, 'Workstation'), isActive: false };
    const owner = secondLaptops[account.code];
    return [
      ...(owner ? [maker.make(account, `${account.code}-LT02`, 'Workstation', { owner })] : []),
      maker.make(account, `${account.code}-LT01`, 'Workstation'),
      maker.make(account, `${account.code}-PRN01`, 'Printer'),
      { ...retired, checkInAgoMs: 200 * 86_400_000 },
      ...(shared.has(account.code) ? [maker.make(account, 'RECEPTION-01', 'Workstation')] : []),
    ];
  });
}
