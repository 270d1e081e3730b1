import { caseless, date, int, text } from '../fields.ts';
import { fileTicket } from '../file-ticket.ts';
import { rmmDefaults } from '../seed-tickets.ts';
import type { Account } from '../tenant/accounts.ts';
import { type Asset, mainOf } from '../tenant/assets.ts';
import { createTicket } from '../ticket.ts';
import type { World } from '../world.ts';
import { RowFailure } from './row.ts';
import { defineRowAction, ticketOfAlert } from './row-action.ts';

const reference = { Id: text.nullish(), Name: text.nullish() };
interface Reference {
  Id?: string | null | undefined;
  Name?: string | null | undefined;
}

export const createTickets = defineRowAction(
  { method: 'POST', template: '/v2/rmm/{integrationType}/tickets', family: 'tickets', actionType: 1 },
  {
    TransactionId: text.nullish(),
    AlertRefId: text.nullish(),
    Organization: caseless(reference).nullish(),
    Title: text.nullish(),
    Details: text.nullish(),
    OpenDate: date.nullish(),
    Asset: caseless({ ...reference, AgentId: text.nullish() }).nullish(),
    DuplicationCount: int.nullish(),
    LastOccurence: date.nullish(),
  },
  (world, row, act) => {
    const open = ticketOfAlert(world, row.AlertRefId);
    if (open?.completedDate === null) throw new RowFailure('An open ticket exists for this alert');
    if (!row.Title?.trim()) throw new RowFailure('Title is required');
    const account = accountOf(world, row.Organization);
    const asset = assetOf(world, account, row.Asset);
    const draft = {
      ...{ title: row.Title, details: row.Details ?? '', alertRefId: row.AlertRefId ?? null },
      ...{ accountId: account.id, locationId: asset?.locationId ?? mainOf(account), assetId: asset?.id ?? null },
      ...rmmDefaults(world.tenant),
      openDate: isoOf(row.OpenDate) ?? act.at,
    };
    const ticket = createTicket(draft, world.sequence, act);
    ticket.occurrenceCount += Math.max(0, row.DuplicationCount ?? 0);
    ticket.lastOccurrenceDate = isoOf(row.LastOccurence) ?? ticket.openDate;
    fileTicket(world, ticket);
    return { message: 'Created', ticket };
  },
);

export const isoOf = (value: string | null | undefined) => (value ? new Date(value).toISOString() : null);

/** The active account that the organization names. */
export function accountOf({ tenant }: World, organization: Reference | null | undefined): Account {
  const { Id, Name } = organization ?? {};
  if (!Id && !Name) throw new RowFailure('Organization.Id or Organization.Name is required');
  const account = tenant.accounts.find((one) => (Id ? String(one.id) === Id : sameName(one.name, Name)));
  if (!account?.isActive) throw new RowFailure(`No active account matches the organization "${Name ?? Id}"`);
  return account;
}

function assetOf(
  { tenant }: World,
  account: Account,
  wanted: (Reference & { AgentId?: string | null | undefined }) | null | undefined,
): Asset | null {
  const { Id, AgentId, Name } = wanted ?? {};
  if (!Id && !AgentId && !Name) return null;
  const matches = (asset: Asset) => {
    if (Id) return String(asset.id) === Id || asset.agentId === Id;
    return AgentId ? asset.agentId === AgentId : sameName(asset.name, Name);
  };
  const asset = [...tenant.assets.values()].find((one) => one.accountId === account.id && matches(one));
  if (!asset) throw new RowFailure(`${account.name} has no asset "${Name ?? Id ?? AgentId}"`);
  return asset;
}

const sameName = (name: string, wanted: string | null | undefined) =>
  name.toLowerCase() === wanted?.trim().toLowerCase();
