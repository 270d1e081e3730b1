import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import type { TicketRow } from '../../kaseya/tickets.ts';
import { unknownTicket, withoutAccount } from '../scope.ts';
import { defineRead, isRefusal } from '../tool.ts';
import { ownContact, ownTicket } from './owned.ts';
import {
  dateInput,
  isoDate,
  maxRows,
  moreOf,
  optionalName,
  pageInput,
  textFilter,
  ticketIdInput,
  trim,
} from './shape.ts';

export const briefTicket = (ticket: TicketRow) => ({
  id: ticket.id,
  number: ticket.ticketNumber,
  title: ticket.title,
  status: ticket.statusName,
  priority: ticket.priorityName,
  queue: ticket.queueName,
  assignee: ticket.assigneeName,
  contact: ticket.contactName,
  asset: ticket.hardwareAssetName,
  createdOn: ticket.createdOn,
});

export const ticketTools = ({ tickets, crm }: Pick<Bms, 'tickets' | 'crm'>) => [
  defineRead({
    name: 'list_all_kaseya_bms_servicedesk_tickets',
    description: `Lists tickets of this run's own account. Filters are names, not ids; null leaves a filter out. Returns at most ${maxRows} rows, the total, and how to get more.`,
    input: z.strictObject({
      title: textFilter.describe('part of the title'),
      ticketNumber: textFilter,
      assetName: textFilter,
      contact: optionalName('who asked: the name or id of a contact of this account'),
      statusNames: textFilter.describe('names, separated by commas'),
      queueNames: textFilter,
      priorityNames: textFilter,
      assigneeName: textFilter,
      createdFrom: dateInput('created at or after').nullable().default(null),
      excludeCompleted: z.boolean().default(true),
      pageNumber: pageInput,
    }),
    outside: (_, { scope }) => withoutAccount(scope),
    async read({ contact, createdFrom, pageNumber, excludeCompleted, ...filters }, context) {
      const accountId = context.scope.account?.id;
      const who = contact === null ? null : await ownContact(contact, crm, context);
      if (isRefusal(who)) return who;
      const found = await tickets.list({
        accountId,
        contactId: who?.id,
        title: filters.title ?? undefined,
        ticketNumber: filters.ticketNumber ?? undefined,
        hardwareAssetName: filters.assetName ?? undefined,
        statusNames: filters.statusNames ?? undefined,
        queueNames: filters.queueNames ?? undefined,
        priorityNames: filters.priorityNames ?? undefined,
        assigneeName: filters.assigneeName ?? undefined,
        createdOnFrom: createdFrom === null ? undefined : isoDate(createdFrom),
        excludeCompleted,
        pageNumber,
        pageSize: maxRows,
      });
      // An upstream that ignores a filter must not widen the scope.
      const own = found.rows.filter((ticket) => ticket.accountId === accountId);
      return { tickets: own.map(briefTicket), total: found.total, ...moreOf(found.rows, pageNumber, found.total) };
    },
  }),
  defineRead({
    name: 'get_single_kaseya_bms_servicedesk_ticket_by_id',
    description:
      'Reads one ticket that an earlier step showed, with its description, its dates and the alert it was opened for.',
    input: z.strictObject({ ticketId: ticketIdInput }),
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? unknownTicket(ticketId, context),
    async read({ ticketId }, context) {
      const ticket = await ownTicket(ticketId, tickets, context);
      if (isRefusal(ticket)) return ticket;
      const { rmmTicketReference: alertRefId, occurrenceCount: occurrences, dueDate, completedDate } = ticket;
      const { typeName: type, issueTypeName: issueType, lastActivityUpdate: lastActivity } = ticket;
      const details = trim(ticket.details, 3000);
      const more = { type, issueType, dueDate, completedDate, lastActivity, details, alertRefId, occurrences };
      return { ticket: { ...briefTicket(ticket), ...more } };
    },
  }),
];
