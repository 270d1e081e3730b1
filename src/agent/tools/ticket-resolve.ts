import { z } from 'zod';
import { UpstreamError } from '../../errors.ts';
import type { Ticket } from '../../kaseya/tickets.ts';
import { foreignTicket, withoutAccount } from '../scope.ts';
import { defineWrite, isRefusal, refuse } from '../tool.ts';
import { optionalEntry } from './names.ts';
import { ownTicket } from './owned.ts';
import type { ToolParts } from './parts.ts';
import { longText, optionalName, ticketIdInput } from './shape.ts';
import { noteWith } from './ticket-notes.ts';

export const refOf = (ticket: Ticket) => ({ id: ticket.id, number: ticket.ticketNumber });

export const ticketResolveTools = ({ bms: { tickets, lookups } }: ToolParts) => [
  defineWrite({
    name: 'create_a_kaseya_bms_resolve',
    description:
      'Closes one ticket at once, with a comment that says why. For tickets that carry no RMM alert; those that do are closed with create_a_kaseya_bms_tickets_resolve. The comment is internal unless isInternal is false: then the customer sees it. It repairs nothing: close only what the evidence shows is over, or what a person asked to close.',
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
      // BMS took it, but the ticket it answers with is open: only a look at the ticket can tell.
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
      // Closed without our comment (somebody else did it, or it is kept elsewhere), or commented and still open.
      if (!ticket.completedDate || !note) return 'undecidable';
      return { kind: 'done', message: `closed as "${ticket.statusName}"`, data: null, ticket: refOf(ticket) };
    },
  }),
];
