import type { Alert } from '../domain/alert.ts';
import type { Scope, Subject } from '../domain/journal.ts';
import type { Task } from '../domain/task.ts';
import type { AssetRow } from '../kaseya/assets.ts';
import type { Bms } from '../kaseya/bms.ts';
import type { TicketRow } from '../kaseya/tickets.ts';
import { findOwn, type ReadTicketDeps, readHinted, readNow, same, type TicketRead } from './own-ticket.ts';

/** Which account a sender's customer or site belongs to, as the operator configured it: name as sent → BMS account name. */
export type AccountNames = Readonly<Record<string, string>>;

const nothing = (reason: string): Scope => ({ account: null, asset: null, ticket: null, otherTickets: [], reason });

export type GatherBms = Pick<Bms, 'tickets' | 'assets' | 'crm'>;

export interface GatherDeps extends ReadTicketDeps {
  bms: GatherBms;
  accounts: AccountNames;
}

/** Finds out what the run may touch. Throws what the BMS client throws. */
export const gather = (subject: Subject, deps: GatherDeps): Promise<Scope> =>
  subject.kind === 'alert' ? gatherAlert(subject.alert, deps) : gatherTask(subject.task, deps);

/** A person names a task's ticket or account; the service searches for exactly that name and never guesses. */
async function gatherTask({ ticketNumber, account }: Task, deps: GatherDeps): Promise<Scope> {
  if (ticketNumber !== null) return ticketScope(ticketNumber, account, deps);
  if (account === null) return nothing('the task names neither a ticket nor an account');
  const named = (await deps.bms.crm.accounts({ name: account })).filter(({ name }) => same(name, account));
  const active = named.filter(({ isActive }) => isActive !== false);
  const [only] = active;
  if (!only) return nothing(`BMS has no ${named.length > 0 ? 'active ' : ''}account named "${account}"`);
  if (active.length > 1) return nothing(`BMS has ${active.length} accounts named "${account}": name a ticket`);
  return { ...nothing(''), account: { id: only.id, name: only.name }, reason: null };
}

async function ticketScope(ticketNumber: string, account: string | null, deps: GatherDeps): Promise<Scope> {
  const { rows } = await deps.bms.tickets.list({ ticketNumber, pageSize: 100 });
  const found = rows.filter((candidate) => candidate.ticketNumber === ticketNumber);
  const [row] = found;
  if (!row) return nothing(`BMS has no ticket ${ticketNumber}`);
  if (found.length > 1) return nothing(`BMS has ${found.length} tickets numbered ${ticketNumber}`);
  return ownScope(await readNow(row.id, deps), [], account);
}

/**
 * Finds the account, the asset and the ticket that a run for this alert may touch. A ticket that carries the alert's own
 * id decides. Otherwise exactly one active asset must have the device's name. Among assets of the same name, the operator's
 * mapping decides, or the sender's customer if an account has exactly that name. Nothing is guessed.
 */
async function gatherAlert(alert: Alert, deps: GatherDeps): Promise<Scope> {
  const { bms, accounts } = deps;
  const device = alert.device.name;
  if (device === null) return nothing('the alert names no device');
  const mapped = mappedAccount(alert, accounts);

  const known = await readHinted(alert, deps);
  if (known) return ownScope(known, null, mapped);

  const listed = await bms.tickets.list({ hardwareAssetName: device, excludeCompleted: true, pageSize: 100 });
  const rows = listed.rows.filter((row) => same(row.hardwareAssetName, device));
  const own = await findOwn(alert, rows, deps);
  if (own) return ownScope(own, rows, mapped);

  const found = await bms.assets.search({ assetName: device });
  const named = found.rows.filter((row) => row.isActive && same(row.assetName, device));
  const owner = mapped ?? (named.length > 1 ? alert.customer : null);
  const assets = owner === null ? named : named.filter((row) => same(row.accountName, owner));
  const [asset] = assets;
  if (assets.length > 1 || (named.length > 1 && !asset)) return nothing(ambiguity(device, named));
  if (!asset) return nothing(`BMS has no active asset named "${device}"${mapped === null ? '' : ` of "${mapped}"`}`);
  if (mapped === null && (await isAnothersName(alert.customer, asset, bms)))
    return nothing(`the sender says "${alert.customer}", but "${device}" is an asset of "${asset.accountName}"`);
  return {
    account: { id: asset.accountId, name: asset.accountName ?? '' },
    asset: { id: asset.id, name: asset.assetName },
    ticket: null,
    otherTickets: rows.filter(onAsset(asset.id, asset.accountId)).map(brief),
    reason: 'BMS has no open ticket for this alert',
  };
}

/** The sender's customer does not prove who owns the device, but the exact name of another account is evidence against it. */
async function isAnothersName(customer: string | null, asset: AssetRow, { crm }: GatherBms): Promise<boolean> {
  if (customer === null || same(customer, asset.accountName)) return false;
  const named = await crm.accounts({ name: customer });
  return named.some(({ id, name }) => same(name, customer) && id !== asset.accountId);
}

function mappedAccount({ customer, site }: Alert, accounts: AccountNames): string | null {
  const known = [customer, site].find((name) => name !== null && Object.hasOwn(accounts, name));
  return known == null ? null : (accounts[known] ?? null);
}

const notListed = "the alert's ticket was known: other open tickets of the device were not searched for";

/** `rows`: the device's open tickets; null: not requested. */
function ownScope(
  { ticket: own, readAt }: TicketRead,
  rows: readonly TicketRow[] | null,
  mapped: string | null,
): Scope {
  if (own.accountId == null) return nothing(`ticket ${own.ticketNumber} has no account`);
  if (mapped !== null && !same(own.accountName, mapped)) {
    return nothing(`ticket ${own.ticketNumber} belongs to "${own.accountName}", but this run is about "${mapped}"`);
  }
  const others = (rows ?? []).filter(onAsset(own.hardwareAssetId, own.accountId)).filter(({ id }) => id !== own.id);
  return {
    account: { id: own.accountId, name: own.accountName ?? '' },
    asset: own.hardwareAssetId ? { id: own.hardwareAssetId, name: own.hardwareAssetName ?? '' } : null,
    ticket: {
      ...brief(own),
      readAt,
      details: (own.details ?? '').slice(0, 2000),
      occurrences: own.occurrenceCount ?? 1,
    },
    otherTickets: others.map(brief),
    reason: rows === null ? notListed : null,
  };
}

/** An asset that has changed hands may still have open tickets of the account that had it before. */
const onAsset = (assetId: number | null | undefined, accountId: number) => (row: TicketRow) =>
  assetId != null && row.hardwareAssetId === assetId && row.accountId === accountId;

const brief = (row: TicketRow) => ({
  id: row.id,
  number: row.ticketNumber,
  title: row.title ?? '',
  status: row.statusName ?? '',
  statusId: row.statusId,
  modifiedOn: row.modifiedOn ?? null,
});

const ambiguity = (device: string, assets: readonly AssetRow[]) =>
  `"${device}" is an asset of ${assets.map((asset) => `"${asset.accountName}"`).join(' and ')}: map the sender's site under "accounts"`;
