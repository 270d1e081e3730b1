import type { Ticket } from './ticket.ts';
import type { World } from './world.ts';

/** Puts a ticket where it is found by its id and by its asset. To be called again when it gets another asset. */
export function fileTicket(
  { tickets, ticketsByAsset }: Pick<World, 'tickets' | 'ticketsByAsset'>,
  ticket: Ticket,
): void {
  tickets.set(ticket.id, ticket);
  if (ticket.assetId === null) return;
  const filed = ticketsByAsset.get(ticket.assetId) ?? new Set();
  ticketsByAsset.set(ticket.assetId, filed.add(ticket));
}
