import type { Bms } from '../../kaseya/bms.ts';
import type { Contact } from '../../kaseya/crm.ts';
import { allRows } from '../../kaseya/page.ts';
import { resolveEntry } from '../../kaseya/resolve-entry.ts';
import type { Ticket } from '../../kaseya/tickets.ts';
import { idsRead } from '../scope.ts';
import { type Refusal, refuse, type ToolContext } from '../tool.ts';

/** The ticket as it is now, if it still belongs to the run's account: it may have moved since the run read it. */
export async function ownTicket(
  ticketId: number,
  tickets: Bms['tickets'],
  { scope }: Pick<ToolContext, 'scope'>,
): Promise<Ticket | Refusal> {
  const ticket = await tickets.get(ticketId);
  if (ticket.accountId === scope.account?.id) return ticket;
  return refuse('out_of_scope', `ticket ${ticketId} is not of this account`);
}

/** A contact of the run's account, by name or by an id that the account's own lookup holds. */
export async function ownContact(
  wanted: string | number,
  crm: Bms['crm'],
  { scope, state }: ToolContext,
): Promise<Pick<Contact, 'id'> | Refusal> {
  const accountId = scope.account?.id;
  if (accountId === undefined) return refuse('no_scope', 'the account is not known');
  if (typeof wanted === 'number' && idsRead('contacts', state).has(wanted)) return { id: wanted };
  const name = typeof wanted === 'string' ? wanted : undefined;
  const { rows } = await allRows(async (pageNumber) => ({
    rows: await crm.contacts(accountId, { name, pageNumber }),
    total: null,
  }));
  const resolved = resolveEntry('contact', wanted, rows);
  if (resolved.ok) return resolved.entry;
  return refuse(name === undefined ? 'unknown_id' : 'unknown_name', resolved.message);
}
