import type { Ticket } from './ticket.ts';

/** Where tickets are found. */
export interface TicketFile {
  tickets: Map<number, Ticket>;
  /** The tickets that each asset has, and those that it had before they got another one. */
  ticketsByAsset: Map<number, Set<Ticket>>;
}

/** Puts a ticket where it is found by its id and by its asset. Call it again when the ticket gets another asset. */
export function fileTicket({ tickets, ticketsByAsset }: TicketFile, ticket: Ticket): void {
  tickets.set(ticket.id, ticket);
  if (ticket.assetId === null) return;
  const filed = ticketsByAsset.get(ticket.assetId) ?? new Set();
  ticketsByAsset.set(ticket.assetId, filed.add(ticket));
}
