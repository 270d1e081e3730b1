import { z } from 'zod';
import type { TicketPatch } from '../../kaseya/tickets.ts';
import { foreignTicket, unverifiedClose, withoutAccount } from '../scope.ts';
import { defineWrite, isRefusal, refuse } from '../tool.ts';
import { collect } from './collect.ts';
import type { ToolDeps } from './deps.ts';
import { optionalEntry } from './names.ts';
import { ownTicket } from './owned.ts';
import { optionalName, ticketIdInput } from './shape.ts';
import { refOf } from './ticket-resolve.ts';

export const ticketPatchTools = ({ bms: { tickets, lookups } }: ToolDeps) => [
  defineWrite({
    name: 'update_a_kaseya_bms_servicedesk_ticket_by_id',
    description:
      "Changes status, priority, queue or issue type of one of this run's own tickets; null leaves a field. It leaves no note: add one to say why. To close a ticket use a resolve call, which is verified.",
    input: z.strictObject({
      ticketId: ticketIdInput,
      status: optionalName('name or id'),
      priority: optionalName('name or id'),
      queue: optionalName('name or id'),
      issueType: optionalName('name or id'),
    }),
    outside: ({ ticketId, status }, context) =>
      withoutAccount(context.scope) ?? foreignTicket(ticketId, context) ?? unverifiedClose(status, context),
    async prepare({ ticketId, ...asked }, context) {
      const found = await collect({
        status: () => optionalEntry('statuses', asked.status, lookups),
        priority: () => optionalEntry('priorities', asked.priority, lookups),
        queue: () => optionalEntry('queues', asked.queue, lookups),
        issueType: () => optionalEntry('issueTypes', asked.issueType, lookups),
      });
      if (isRefusal(found)) return found;
      const { status, priority, queue, issueType } = found;
      const patch: TicketPatch = {
        ...(status && { statusId: status.id }),
        ...(priority && { priorityId: priority.id }),
        ...(queue && { queueId: queue.id }),
        ...(issueType && { issueTypeId: issueType.id }),
      };
      if (Object.keys(patch).length === 0) return refuse('nothing_to_change', 'every field is null');
      const ticket = await ownTicket(ticketId, tickets, context);
      return isRefusal(ticket) ? ticket : { ticketId, patch };
    },
    async write({ ticketId, patch }) {
      const ticket = await tickets.patch(ticketId, patch);
      const { statusName: status, priorityName: priority, queueName: queue, issueTypeName: issueType } = ticket;
      return {
        kind: 'done',
        message: 'ticket changed',
        data: { status, priority, queue, issueType },
        ticket: refOf(ticket),
      };
    },
    /** Setting a field twice is setting it once: what the ticket does not show may be sent again. */
    async readBack({ ticketId, patch }) {
      const ticket = await tickets.get(ticketId);
      const isSet = Object.entries(patch).every(([field, id]) => ticket[field as keyof TicketPatch] === id);
      return isSet ? { kind: 'done', message: 'ticket changed', data: null, ticket: refOf(ticket) } : 'absent';
    },
  }),
];
