import { z } from 'zod';
import { UpstreamError } from '../../domain/errors.ts';
import type { Ticket } from '../../kaseya/tickets.ts';
import { named } from '../facts.ts';
import { foreignTicket, withoutAccount } from '../scope.ts';
import { type AsWanted, defineWrite, isRefusal, refuse } from '../tool.ts';
import type { ToolDeps } from './deps.ts';
import { optionalEntry } from './names.ts';
import { ownTicket } from './owned.ts';
import { longText, optionalName, ticketIdInput } from './shape.ts';
import { noteWith } from './ticket-notes.ts';

export const refOf = (ticket: Pick<Ticket, 'id' | 'ticketNumber'>) => ({ id: ticket.id, number: ticket.ticketNumber });

/** Closed without our words: another party closed it, or BMS keeps them where we cannot read them, or will show them later. */
export const closedSomehow = (ticket: Pick<Ticket, 'id' | 'ticketNumber'>): AsWanted => ({
  kind: 'as_wanted',
  message: `ticket ${ticket.ticketNumber} is closed, as was wanted; whether this call or someone else closed it is unknown`,
  ticket: refOf(ticket),
});

export const ticketResolveTools = ({ bms: { tickets, lookups } }: ToolDeps) => [
  defineWrite({
    name: 'create_a_kaseya_bms_resolve',
    description: `Closes one ticket at once, with a comment that says why. For tickets that carry no RMM alert; those that do are closed with ${named.resolveRmmTicket}. The comment is internal unless isInternal is false: then the customer sees it. It repairs nothing: close only what the evidence shows is over, or what a person asked to close.`,
    input: z.strictObject({
      ticketId: ticketIdInput,
      comment: longText(4000),
      isInternal: z.boolean().default(true),
      status: optionalName('name or id of the status to close it in; null lets BMS choose'),
    }),
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? foreignTicket(ticketId, context),
    async prepare({ ticketId, comment, isInternal, status }, context) {
      const entry = await optionalEntry('statuses', status, lookups);
      if (isRefusal(entry)) return entry;
      const ticket = await ownTicket(ticketId, tickets, context);
      if (isRefusal(ticket)) return ticket;
      if (ticket.completedDate)
        return refuse('already_closed', `ticket ${ticket.ticketNumber} was closed at ${ticket.completedDate}`);
      return { ticketId, comment, isInternal, statusId: entry?.id ?? null };
    },
    async write({ ticketId, comment, ...resolution }, { marker }) {
      const ticket = await tickets.resolve(ticketId, { ...resolution, comment: `${comment}\n\n${marker}` });
      // BMS accepted it but answered with an open ticket: only a later read of the ticket shows the outcome.
      if (!ticket.completedDate) {
        const endpoint = 'POST /v2/servicedesk/tickets/{ticketId}/resolve';
        throw new UpstreamError('unreadable', 'the ticket is not closed', { effect: 'unknown', endpoint });
      }
      return { kind: 'done', message: `closed as "${ticket.statusName}"`, data: null, ticket: refOf(ticket) };
    },
    async readBack({ ticketId }, { marker }) {
      const ticket = await tickets.get(ticketId);
      const note = await noteWith(marker, ticketId, tickets);
      if (!ticket.completedDate && note === undefined) return 'absent';
      // The comment is there and the ticket is open: BMS may still close it.
      if (!ticket.completedDate) return 'pending';
      if (!note) return closedSomehow(ticket);
      return { kind: 'done', message: `closed as "${ticket.statusName}"`, data: null, ticket: refOf(ticket) };
    },
  }),
];
