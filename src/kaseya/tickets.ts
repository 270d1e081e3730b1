import { z } from 'zod';
import { isoAt } from '../domain/ports.ts';
import { caseless } from './caseless.ts';
import { maxPageSize, type Rows, readResult, readRows } from './page.ts';
import { createTicketHistory, type TicketHistory } from './ticket-history.ts';
import { createTicketNotes, type TicketNotes } from './ticket-notes.ts';
import type { Transport } from './transport.ts';

export type { Assignment, Note } from './ticket-notes.ts';

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
  locationId: id,
  contactId: id,
  contactName: name,
  statusId: z.number().int(),
  statusName: name,
  priorityId: id,
  priorityName: name,
  queueId: id,
  queueName: name,
  issueTypeId: id,
  issueTypeName: name,
  typeId: id,
  typeName: name,
  sourceId: id,
  assigneeId: id,
  assigneeName: name,
  hardwareAssetId: id,
  hardwareAssetName: name,
  openDate: name,
  dueDate: name,
  createdOn: name,
  modifiedOn: name,
  completedDate: name,
};

const ticketRowSchema = caseless(common);
const ticketSchema = caseless({ ...common, rmmTicketReference: name, occurrenceCount: id, lastActivityUpdate: name });
const todoSchema = caseless({ id: z.number().int() });

export type TicketRow = z.infer<typeof ticketRowSchema>;
/** A single ticket. Lists leave out `rmmTicketReference`, the alert that the ticket was opened for. */
export type Ticket = z.infer<typeof ticketSchema>;

/** Filters of the ticket list. BMS filters by names, several separated by commas. Dates are ISO 8601. */
export interface TicketFilter {
  accountId?: number | undefined;
  contactId?: number | undefined;
  hardwareAssetName?: string | undefined;
  title?: string | undefined;
  details?: string | undefined;
  ticketNumber?: string | undefined;
  statusNames?: string | undefined;
  queueNames?: string | undefined;
  priorityNames?: string | undefined;
  issueTypeNames?: string | undefined;
  assigneeName?: string | undefined;
  createdOnFrom?: string | undefined;
  createdOnTo?: string | undefined;
  excludeCompleted?: boolean | undefined;
  pageNumber?: number | undefined;
  pageSize?: number | undefined;
}

/** A new ticket: the fields that BMS requires and those that triage adds. The open date is always now. Ids are the tenant's. */
export interface NewTicket {
  title: string;
  details: string;
  accountId: number;
  locationId: number;
  statusId: number;
  priorityId: number;
  typeId: number;
  sourceId: number;
  contactId: number | null;
  hardwareAssetId: number | null;
  queueId: number | null;
  assigneeId: number | null;
  issueTypeId: number | null;
  dueDate: string | null;
}

/** Fields to replace; an absent field stays as it is. */
export interface TicketPatch {
  statusId?: number;
  priorityId?: number;
  queueId?: number;
  issueTypeId?: number;
}

export interface Resolution {
  comment: string;
  isInternal: boolean;
  /** Null: BMS chooses the status of a resolved ticket. */
  statusId: number | null;
}

export interface NewTodo {
  description: string;
  userId: number;
  /** ISO 8601. */
  date: string;
}

const list = '/v2/servicedesk/tickets';
const one = '/v2/servicedesk/tickets/{ticketId}';
const resolve = '/v2/servicedesk/tickets/{ticketId}/resolve';
const todos = '/v2/servicedesk/tickets/{ticketId}/todos';

export interface Tickets extends TicketNotes, TicketHistory {
  list(filter: TicketFilter): Promise<Rows<TicketRow>>;
  /** `fresh`: the ticket as it is now, not as another run read it a moment ago. */
  get(ticketId: number, options?: { fresh?: boolean }): Promise<Ticket>;
  create(ticket: NewTicket): Promise<Ticket>;
  patch(ticketId: number, patch: TicketPatch): Promise<Ticket>;
  /** Closes a ticket at once. For tickets that carry an alert, `rmm.submit('resolve_ticket')` closes the alert too. */
  resolve(ticketId: number, resolution: Resolution): Promise<Ticket>;
  addTodo(ticketId: number, todo: NewTodo): Promise<{ id: number }>;
}

export function createTickets(transport: Transport, now: () => number): Tickets {
  return {
    ...createTicketNotes(transport, now),
    ...createTicketHistory(transport),
    async list(filter) {
      const envelope = await transport.call({ method: 'GET', template: list, query: queryOf(filter) });
      return readRows(ticketRowSchema, envelope, `GET ${list}`);
    },
    async get(ticketId, { fresh = false } = {}) {
      const envelope = await transport.call({ method: 'GET', template: one, params: { ticketId }, fresh });
      return readResult(ticketSchema, envelope, `GET ${one}`);
    },
    async create(ticket) {
      const body = { ...pascalCased(ticket), OpenDate: isoAt(now()), UseDefaultContract: true };
      const envelope = await transport.call({ method: 'POST', template: list, body });
      return readResult(ticketSchema, envelope, `POST ${list}`, 'unknown');
    },
    async patch(ticketId, patch) {
      const body = Object.entries(pascalCased(patch)).map(([field, value]) => ({
        op: 'replace',
        path: `/${field}`,
        value,
      }));
      const envelope = await transport.call({ method: 'PATCH', template: one, params: { ticketId }, body });
      return readResult(ticketSchema, envelope, `PATCH ${one}`, 'unknown');
    },
    async resolve(ticketId, { comment, isInternal, statusId }) {
      const resolution = { Comment: comment, IsInternal: isInternal, IsPublishToKnowledgeBase: false };
      const body = { ...resolution, ...(statusId === null ? {} : { StatusId: statusId }) };
      const envelope = await transport.call({ method: 'POST', template: resolve, params: { ticketId }, body });
      return readResult(ticketSchema, envelope, `POST ${resolve}`, 'unknown');
    },
    async addTodo(ticketId, todo) {
      const body = pascalCased(todo);
      const envelope = await transport.call({ method: 'POST', template: todos, params: { ticketId }, body });
      return readResult(todoSchema, envelope, `POST ${todos}`, 'unknown');
    },
  };
}

const queryOf = (filter: TicketFilter) => ({
  'Filter.AccountIds': filter.accountId,
  'Filter.ContactId': filter.contactId,
  'Filter.HardwareAssetName': filter.hardwareAssetName,
  'Filter.Title': filter.title,
  'Filter.Details': filter.details,
  'Filter.TicketNumber': filter.ticketNumber,
  'Filter.StatusNames': filter.statusNames,
  'Filter.QueueNames': filter.queueNames,
  'Filter.PriorityNames': filter.priorityNames,
  'Filter.IssueTypeNames': filter.issueTypeNames,
  'Filter.AssigneeName': filter.assigneeName,
  'Filter.CreatedOnFrom': filter.createdOnFrom,
  'Filter.CreatedOnTo': filter.createdOnTo,
  'Filter.ExcludeCompleted': filter.excludeCompleted ? 1 : undefined,
  PageNumber: filter.pageNumber ?? 1,
  PageSize: Math.min(filter.pageSize ?? 25, maxPageSize),
});

/** Field names as Kaseya's OpenAPI prints them (`StatusId`). Null and absent fields are left out. */
const pascalCased = (fields: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([field, value]) =>
      value == null ? [] : [[field.charAt(0).toUpperCase() + field.slice(1), value]],
    ),
  );
