import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import { type LookupEntry, resolveName } from '../../kaseya/lookups.ts';
import { maxPageSize } from '../../kaseya/page.ts';
import type { TicketRow } from '../../kaseya/tickets.ts';
import { foreignTicket, unknownTicket, withoutAccount } from '../scope.ts';
import { defineRead, defineWrite, type ReadBack, type Refusal, refuse } from '../tool.ts';
import { pageInput, ticketIdInput, trim } from './shape.ts';

const maxRows = 25;
const text = z.string().min(1).max(200).nullable();

const row = (ticket: TicketRow) => ({
  id: ticket.id,
  number: ticket.ticketNumber,
  title: ticket.title,
  status: ticket.statusName,
  priority: ticket.priorityName,
  queue: ticket.queueName,
  assignee: ticket.assigneeName,
  asset: ticket.hardwareAssetName,
  createdOn: ticket.createdOn,
});

export const ticketTools = ({ tickets, lookups }: Pick<Bms, 'tickets' | 'lookups'>) => [
  defineRead({
    name: 'list_all_kaseya_bms_servicedesk_tickets',
    description:
      "Lists tickets of the alert's own account, Filters are names, not ids; null leaves a filter out. Returns at most 25 rows and the total.",
    input: z.strictObject({
      title: text.describe('part of the title'),
      ticketNumber: text,
      assetName: text,
      statusNames: text.describe('names, separated by commas'),
      queueNames: text,
      priorityNames: text,
      excludeCompleted: z.boolean(),
      pageNumber: pageInput,
    }),
    outside: (_, { scope }) => withoutAccount(scope),
    async read(input, { scope }) {
      const found = await tickets.list({
        accountId: scope.account?.id,
        title: input.title ?? undefined,
        ticketNumber: input.ticketNumber ?? undefined,
        hardwareAssetName: input.assetName ?? undefined,
        statusNames: input.statusNames ?? undefined,
        queueNames: input.queueNames ?? undefined,
        priorityNames: input.priorityNames ?? undefined,
        excludeCompleted: input.excludeCompleted,
        pageNumber: input.pageNumber,
        pageSize: maxRows,
      });
      // An upstream that ignores a filter must not widen the scope.
      const own = found.rows.filter((ticket) => ticket.accountId === scope.account?.id);
      return { tickets: own.map(row), total: found.total };
    },
  }),
  defineRead({
    name: 'get_single_kaseya_bms_servicedesk_ticket_by_id',
    description: 'Reads one ticket that an earlier step showed, with its description and the alert it was opened for.',
    input: z.strictObject({ ticketId: ticketIdInput }),
    outside: ({ ticketId }, { state, scope }) => withoutAccount(scope) ?? unknownTicket(ticketId, state, scope),
    async read({ ticketId }, { scope }) {
      const ticket = await tickets.get(ticketId);
      if (ticket.accountId !== scope.account?.id)
        return refuse('out_of_scope', `ticket ${ticketId} is not of this account`);
      const { rmmTicketReference: alertRefId, occurrenceCount: occurrences } = ticket;
      return { ticket: { ...row(ticket), details: trim(ticket.details, 3000), alertRefId, occurrences } };
    },
  }),
  defineRead({
    name: 'list_all_kaseya_bms_servicedesk_ticket_notes',
    description: 'Reads the notes of one ticket that an earlier step showed, oldest first, 25 a page.',
    input: z.strictObject({ ticketId: ticketIdInput, pageNumber: pageInput }),
    outside: ({ ticketId }, { state, scope }) => withoutAccount(scope) ?? unknownTicket(ticketId, state, scope),
    async read({ ticketId, pageNumber }) {
      const { rows } = await tickets.notes(ticketId, { pageNumber, pageSize: maxRows });
      return {
        notes: rows.map((note) => ({ ...note, details: trim(note.details, 1500) })),
        more: rows.length === maxRows,
      };
    },
  }),
  defineWrite({
    name: 'create_a_kaseya_bms_servicedesk_ticket_note',
    description:
      "Adds an internal note to one of the alert's own tickets. The customer does not see it. It pages nobody.",
    input: z.strictObject({ ticketId: ticketIdInput, details: z.string().min(1).max(6000) }),
    outside: ({ ticketId }, { scope }) => withoutAccount(scope) ?? foreignTicket(ticketId, scope),
    async prepare({ ticketId, details }) {
      const [type] = await lookups.list('noteTypes');
      if (!type) return refuse('missing_lookup', 'this tenant has no active note type');
      return { ticketId, details, typeId: type.id };
    },
    async write({ ticketId, details, typeId }, { marker }) {
      const note = await tickets.addNote(ticketId, { details: `${details}\n\n${marker}`, isInternal: true, typeId });
      return { kind: 'done', message: 'internal note added', data: { noteId: note.id }, ticket: null };
    },
    readBack: ({ ticketId }, { marker }) => findNote(tickets, ticketId, marker, 'internal note added'),
  }),
  defineWrite({
    name: 'create_a_kaseya_bms_assignticket',
    description:
      "Moves one of the alert's own tickets to a queue, with an internal note that says why. The queue is a name or an id from the queues lookup. Whoever watches that queue sees it there; nobody is paged.",
    input: z.strictObject({
      ticketId: ticketIdInput,
      queue: z.union([z.string().min(1).max(200), z.number().int()]),
      details: z.string().min(1).max(6000),
    }),
    outside: ({ ticketId }, { scope }) => withoutAccount(scope) ?? foreignTicket(ticketId, scope),
    async prepare({ ticketId, queue, details }, { scope }) {
      const target = resolveEntry('queue', queue, await lookups.list('queues'));
      if ('refused' in target) return target;
      const [type] = await lookups.list('noteTypes');
      if (!type) return refuse('missing_lookup', 'this tenant has no active note type');
      const ticket = [scope.ticket, ...scope.otherTickets].find((candidate) => candidate?.id === ticketId);
      if (!ticket) return refuse('out_of_scope', `ticket id ${ticketId} is not a ticket of this alert`);
      return {
        ticketId,
        queueId: target.id,
        queue: target.name,
        statusId: ticket.statusId,
        noteTypeId: type.id,
        details,
      };
    },
    async write({ ticketId, queueId, queue, statusId, noteTypeId, details }, { marker }) {
      await tickets.assign(ticketId, { queueId, statusId, noteTypeId, details: `${details}\n\n${marker}` });
      return { kind: 'done', message: `moved to queue "${queue}"`, data: { queue }, ticket: null };
    },
    readBack: ({ ticketId, queue }, { marker }) => findNote(tickets, ticketId, marker, `moved to queue "${queue}"`),
  }),
];

function resolveEntry(what: string, wanted: string | number, entries: readonly LookupEntry[]): LookupEntry | Refusal {
  if (typeof wanted === 'string') {
    const resolved = resolveName(what, wanted, entries);
    return resolved.ok ? resolved.entry : refuse('unknown_name', resolved.message);
  }
  const entry = entries.find((candidate) => candidate.id === wanted);
  return entry ?? refuse('unknown_id', `${what} id ${wanted} is not in this tenant's lookup: use the name`);
}

/** Notes carry the marker in their text, so a note whose answer was lost can be found, or proved absent. */
async function findNote(tickets: Bms['tickets'], ticketId: number, marker: string, message: string): Promise<ReadBack> {
  for (let pageNumber = 1; pageNumber <= 20; pageNumber += 1) {
    const { rows } = await tickets.notes(ticketId, { pageNumber });
    const note = rows.find(({ details }) => details?.includes(marker));
    if (note) return { kind: 'done', message, data: { noteId: note.id }, ticket: null };
    if (rows.length < maxPageSize) return 'absent';
  }
  return 'undecidable';
}
