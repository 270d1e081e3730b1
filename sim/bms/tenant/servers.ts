import type { Random } from '../random.ts';
import type { Account } from './accounts.ts';
import type { Asset, AssetMaker } from './assets.ts';

/** A server whose disk was full when its RMM spoke up. */
export interface Server {
  account: Account;
  asset: Asset;
  alertRefId: string;
  /** The disk has room again: the ticket may be resolved. */
  hasCleared: boolean;
}

const roles = ['FS', 'DC', 'SQL', 'APP', 'WEB'];
/** So many of the alerts still hold, so that resolving everything is wrong. */
const stillFull = 2;

/** Deals servers out to the accounts in turn: EXD-FS01, HBL-FS01, …, EXD-DC01, …, EXD-FS02. */
export function buildServers(accounts: readonly Account[], count: number, maker: AssetMaker, random: Random): Server[] {
  return Array.from({ length: count }, (_, index) => {
    const account = itemAt(accounts, index);
    const round = Math.floor(index / accounts.length);
    const number = String(Math.floor(round / roles.length) + 1).padStart(2, '0');
    const hasCleared = count < 4 || index < count - stillFull;
    const freeShare = hasCleared ? 0.28 + random.next() * 0.05 : 0.02 + random.next() * 0.03;
    const asset = maker.make(account, `${account.code}-${itemAt(roles, round)}${number}`, 'Server', { freeShare });
    return { account, asset, alertRefId: random.uuid(), hasCleared };
  });
}

function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError('the list is empty');
  return item;
}
