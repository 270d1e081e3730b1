import { z } from 'zod';
import { isoAt } from '../domain/ports.ts';
import { caseless } from './caseless.ts';
import { maxPageSize, type Rows, readResult, readRows } from './page.ts';
import type { Transport } from './transport.ts';

const name = z.string().nullish();

const noteSchema = caseless({
  id: z.number().int(),
  details: name,
  isInternal: z.boolean(),
  typeName: name,
  createdByName: name,
  createdOn: name,
});

export type Note = z.infer<typeof noteSchema>;

export interface NewNote {
  details: string;
  /** Internal notes are not shown to the customer. */
  isInternal: boolean;
  typeId: number;
  /** Employees who get the note as an e-mail from BMS. */
  emailTo?: readonly number[];
}

/** BMS requires a note type and a status with every assignment, besides the queue or the person. */
export interface Assignment {
  queueId: number | null;
  assigneeId?: number | null;
  statusId: number;
  noteTypeId: number;
  details: string;
  emailTo?: readonly number[];
}

const template = '/v2/servicedesk/tickets/{ticketId}/notes';
const assignTemplate = '/v2/servicedesk/tickets/{ticketId}/assignticket';

/** A ticket's notes, and its assignment, which BMS makes with a note. */
export interface TicketNotes {
  /** Oldest first; BMS gives no total here. */
  notes(ticketId: number, page?: { pageNumber?: number; pageSize?: number }): Promise<Rows<Note>>;
  addNote(ticketId: number, note: NewNote): Promise<Note>;
  assign(ticketId: number, assignment: Assignment): Promise<void>;
}

export function createTicketNotes(transport: Transport, now: () => number): TicketNotes {
  return {
    async notes(ticketId, { pageNumber = 1, pageSize = maxPageSize } = {}) {
      const query = { PageNumber: pageNumber, PageSize: pageSize };
      const envelope = await transport.call({ method: 'GET', template, params: { ticketId }, query });
      return readRows(noteSchema, envelope, `GET ${template}`);
    },
    async addNote(ticketId, { details, isInternal, typeId, emailTo }) {
      const note = { Details: details, IsInternal: isInternal, TypeId: typeId, NoteDate: isoAt(now()) };
      const body = { ...note, ...emailOf(emailTo) };
      const envelope = await transport.call({ method: 'POST', template, params: { ticketId }, body });
      return readResult(noteSchema, envelope, `POST ${template}`, 'unknown');
    },
    async assign(ticketId, { queueId, assigneeId, statusId, noteTypeId, details, emailTo }) {
      const body = {
        Details: details,
        IsInternal: true,
        TypeId: noteTypeId,
        StatusId: statusId,
        NoteDate: isoAt(now()),
        ...(queueId == null ? {} : { QueueId: queueId }),
        ...(assigneeId == null ? {} : { AssigneeId: assigneeId }),
        ...emailOf(emailTo),
      };
      await transport.call({ method: 'POST', template: assignTemplate, params: { ticketId }, body });
    },
  };
}

/** `ResourcesIds` is a text with commas in Kaseya's description. */
const emailOf = (employees: readonly number[] = []) =>
  employees.length === 0 ? {} : { EmailNotification: { ResourcesIds: employees.join(',') } };
