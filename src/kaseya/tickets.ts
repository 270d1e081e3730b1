import { z } from 'zod';
import { caseless } from './caseless.ts';
import { maxPageSize, type Rows, readResult, readRows } from './page.ts';
import type { Transport } from './transport.ts';

const name = z.string().nullish();
const id = z.number().int().nullish();

/** What lists and single reads share. Source: Kaseya's OpenAPI, `TicketListDto` and `TicketOutputDto`. */
const common = {
  id: z.number().int(),
  ticketNumber: z.string(),
  title: name,
  details: name,
  accountId: id,
  accountName: name,
  statusId: z.number().int(),
  statusName: name,
  priorityName: name,
  queueName: name,
  assigneeName: name,
  hardwareAssetId: id,
  hardwareAssetName: name,
  createdOn: name,
  modifiedOn: name,
  completedDate: name,
};

const ticketRowSchema = caseless(common);
const ticketSchema = caseless({ ...common, rmmTicketReference: name, occurrenceCount: id, lastActivityUpdate: name });
const noteSchema = caseless({
  id: z.number().int(),
  details: name,
  isInternal: z.boolean(),
  typeName: name,
  createdByName: name,
  createdOn: name,
});

export type TicketRow = z.infer<typeof ticketRowSchema>;
/** A single ticket; only it carries `rmmTicketReference`, the alert that it was opened for. */
export type Ticket = z.infer<typeof ticketSchema>;
export type Note = z.infer<typeof noteSchema>;

/** Filters of the ticket list. Names, as BMS filters by names; several are separated by commas. */
export interface TicketFilter {
  accountId?: number | undefined;
  hardwareAssetName?: string | undefined;
  title?: string | undefined;
  ticketNumber?: string | undefined;
  statusNames?: string | undefined;
  queueNames?: string | undefined;
  priorityNames?: string | undefined;
  excludeCompleted?: boolean | undefined;
  pageNumber?: number | undefined;
  pageSize?: number | undefined;
}

/** BMS wants a note type and a status with every assignment, besides the queue. */
export interface Assignment {
  queueId: number;
  statusId: number;
  noteTypeId: number;
  details: string;
}

const list = '/v2/servicedesk/tickets';
const one = '/v2/servicedesk/tickets/{ticketId}';
const notes = '/v2/servicedesk/tickets/{ticketId}/notes';
const assign = '/v2/servicedesk/tickets/{ticketId}/assignticket';

export interface Tickets {
  list(filter: TicketFilter): Promise<Rows<TicketRow>>;
  get(ticketId: number): Promise<Ticket>;
  notes(ticketId: number, page?: { pageNumber?: number; pageSize?: number }): Promise<Rows<Note>>;
  /** Adds a note; internal ones are not shown to the customer. */
  addNote(ticketId: number, note: { details: string; isInternal: boolean; typeId: number }): Promise<Note>;
  assign(ticketId: number, assignment: Assignment): Promise<void>;
}

export function createTickets(transport: Transport, now: () => Date = () => new Date()): Tickets {
  return {
    async list(filter) {
      const query = {
        'Filter.AccountIds': filter.accountId,
        'Filter.HardwareAssetName': filter.hardwareAssetName,
        'Filter.Title': filter.title,
        'Filter.TicketNumber': filter.ticketNumber,
        'Filter.StatusNames': filter.statusNames,
        'Filter.QueueNames': filter.queueNames,
        'Filter.PriorityNames': filter.priorityNames,
        'Filter.ExcludeCompleted': filter.excludeCompleted ? 1 : undefined,
        PageNumber: filter.pageNumber ?? 1,
        PageSize: Math.min(filter.pageSize ?? 25, maxPageSize),
      };
      return readRows(ticketRowSchema, await transport.call({ method: 'GET', template: list, query }), `GET ${list}`);
    },
    async get(ticketId) {
      const envelope = await transport.call({ method: 'GET', template: one, params: { ticketId } });
      return readResult(ticketSchema, envelope, `GET ${one}`);
    },
    async notes(ticketId, { pageNumber = 1, pageSize = maxPageSize } = {}) {
      const query = { PageNumber: pageNumber, PageSize: pageSize };
      const envelope = await transport.call({ method: 'GET', template: notes, params: { ticketId }, query });
      return readRows(noteSchema, envelope, `GET ${notes}`);
    },
    async addNote(ticketId, { details, isInternal, typeId }) {
      const body = { Details: details, IsInternal: isInternal, TypeId: typeId, NoteDate: now().toISOString() };
      const envelope = await transport.call({ method: 'POST', template: notes, params: { ticketId }, body });
      return readResult(noteSchema, envelope, `POST ${notes}`, 'unknown');
    },
    async assign(ticketId, { queueId, statusId, noteTypeId, details }) {
      const body = {
        Details: details,
        IsInternal: true,
        TypeId: noteTypeId,
        StatusId: statusId,
        NoteDate: now().toISOString(),
        QueueId: queueId,
      };
      await transport.call({ method: 'POST', template: assign, params: { ticketId }, body });
    },
  };
}
