import { date, flag, int, text } from '../fields.ts';
import { named } from '../tenant/named.ts';
import { addNote, setStatus, type Ticket, touch } from '../ticket.ts';
import type { World } from '../world.ts';
import { isoOf } from './create-ticket.ts';
import { RowFailure } from './row.ts';
import { defineRowAction, ticketOfAlert } from './row-action.ts';

/**
 * Whether BMS takes a second resolve is unknown. `refuse` fails its row, which the ledger's `refused` shows; `repeat` adds
 * the note again, which its `effects` show.
 */
export const resolveTickets = defineRowAction(
  { method: 'POST', template: '/v2/rmm/{integrationType}/tickets/resolve', family: 'tickets', actionType: 2 },
  { TransactionId: text.nullish(), AlertRefId: text.nullish(), ResolutionNote: text.nullish() },
  (world, row, act) => {
    const ticket = knownTicket(world, row.AlertRefId);
    if (ticket.completedDate !== null && world.secondResolve === 'refuse') {
      throw new RowFailure(`Ticket ${ticket.ticketNumber} is resolved already`);
    }
    const type = named(world.tenant.noteTypes, 'Resolution');
    setStatus(ticket, named(world.tenant.statuses, 'Resolved'), act);
    addNote(ticket, { id: world.sequence.noteId(), details: row.ResolutionNote ?? '', isInternal: false, type }, act);
    return { message: 'Resolved', ticket };
  },
);

export const duplicateTickets = defineRowAction(
  { method: 'POST', template: '/v2/rmm/{integrationType}/tickets/duplicate', family: 'tickets', actionType: 3 },
  {
    TransactionId: text.nullish(),
    AlertRefId: text.nullish(),
    DuplicationCount: int.nullish(),
    LastOccurence: date.nullish(),
    ReopenTicket: flag.nullish(),
  },
  (world, row, act) => {
    const ticket = knownTicket(world, row.AlertRefId);
    // Added, not set: a repeat of the same row stays visible.
    ticket.occurrenceCount += Math.max(1, row.DuplicationCount ?? 1);
    ticket.lastOccurrenceDate = isoOf(row.LastOccurence) ?? act.at;
    touch(ticket, act);
    if (row.ReopenTicket && ticket.status.completes) setStatus(ticket, named(world.tenant.statuses, 'New'), act);
    return { message: 'Counted', ticket };
  },
);

function knownTicket(world: World, alertRefId: string | null | undefined): Ticket {
  const ticket = ticketOfAlert(world, alertRefId);
  if (!ticket) throw new RowFailure(`No ticket is known for the alert "${alertRefId}"`);
  return ticket;
}
