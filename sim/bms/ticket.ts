import type { Entry, Priority, Status } from './tenant/lookups.ts';
import type { Person } from './tenant/person.ts';
import { type AuditEntry, audit, blankExtras, type TicketExtras } from './ticket-extras.ts';

export interface Note {
  id: number;
  details: string;
  isInternal: boolean;
  type: Entry;
  createdBy: Person;
  createdOn: string;
}

export interface TimeLog {
  id: number;
  hours: number;
  notes: string;
  workTypeId?: number;
  roleId?: number;
  createdBy: Person;
  createdOn: string;
}

export interface Ticket extends TicketExtras {
  id: number;
  ticketNumber: string;
  title: string;
  details: string;
  /** The RMM's id of the alert; null for tickets that people opened. */
  alertRefId: string | null;
  accountId: number;
  locationId: number;
  contactId: number | null;
  assetId: number | null;
  assigneeId: number | null;
  issueTypeId: number | null;
  subIssueTypeId: number | null;
  contractId: number | null;
  workTypeId: number | null;
  slaId: number | null;
  status: Status;
  priority: Priority;
  queue: Entry | null;
  type: Entry;
  source: Entry;
  openDate: string;
  dueDate: string | null;
  completedDate: string | null;
  reOpenedDate: string | null;
  createdOn: string;
  createdBy: Person;
  modifiedOn: string;
  modifiedBy: Person;
  lastActivityUpdate: string;
  lastStatusUpdate: string;
  lastPriorityUpdate: string;
  lastQueueUpdate: string;
  occurrenceCount: number;
  lastOccurrenceDate: string;
  notes: Note[];
  timeLogs: TimeLog[];
  audit: AuditEntry[];
}

/** Who did something, and when (ISO). */
export interface Act {
  by: Person;
  at: string;
}

export interface TicketDraft
  extends Pick<Ticket, 'title' | 'details' | 'accountId' | 'locationId' | 'status' | 'priority' | 'type' | 'source'> {
  alertRefId?: string | null;
  contactId?: number | null;
  assetId?: number | null;
  assigneeId?: number | null;
  issueTypeId?: number | null;
  subIssueTypeId?: number | null;
  contractId?: number | null;
  workTypeId?: number | null;
  slaId?: number | null;
  queue?: Entry | null;
  openDate?: string;
  dueDate?: string | null;
}

/** Numbers handed out while the tenant lives. */
export interface Sequence {
  ticketId(): number;
  ticketNumber(): string;
  noteId(): number;
}

export function createTicket(draft: TicketDraft, sequence: Sequence, { by, at }: Act): Ticket {
  const openDate = draft.openDate ?? at;
  const ticket: Ticket = {
    ...{ contactId: null, assetId: null, assigneeId: null, issueTypeId: null, queue: null },
    ...{ subIssueTypeId: null, contractId: null, workTypeId: null, slaId: null },
    ...blankExtras(),
    ...{ alertRefId: null, dueDate: null },
    ...draft,
    ...{ id: sequence.ticketId(), ticketNumber: sequence.ticketNumber(), openDate },
    ...{ createdOn: at, createdBy: by, modifiedOn: at, modifiedBy: by },
    ...{ lastActivityUpdate: at, lastStatusUpdate: at, lastPriorityUpdate: at, lastQueueUpdate: at },
    completedDate: draft.status.completes ? at : null,
    reOpenedDate: null,
    ...{ occurrenceCount: 1, lastOccurrenceDate: openDate, notes: [], timeLogs: [], audit: [] },
  };
  audit(ticket, { by, at }, 'Created', draft.title);
  return ticket;
}

/** Every change passes here, so that a later read shows who made the last one. */
export function touch(ticket: Ticket, { by, at }: Act): void {
  ticket.modifiedBy = by;
  ticket.modifiedOn = at;
  ticket.lastActivityUpdate = at;
}

export function addNote(ticket: Ticket, note: Omit<Note, 'createdBy' | 'createdOn'>, act: Act): Note {
  const added = { ...note, createdBy: act.by, createdOn: act.at };
  ticket.notes.push(added);
  audit(ticket, act, 'Note added', note.type.name);
  touch(ticket, act);
  return added;
}

export function setStatus(ticket: Ticket, status: Status, act: Act): void {
  touch(ticket, act);
  if (ticket.status.id === status.id) return;
  audit(ticket, act, 'Status changed', `${ticket.status.name} → ${status.name}`);
  const reopens = ticket.status.completes && !status.completes;
  ticket.status = status;
  ticket.lastStatusUpdate = act.at;
  ticket.completedDate = status.completes ? (ticket.completedDate ?? act.at) : null;
  if (reopens) ticket.reOpenedDate = act.at;
}

export function setQueue(ticket: Ticket, queue: Entry, act: Act): void {
  if (ticket.queue?.id !== queue.id) {
    audit(ticket, act, 'Queue changed', `${ticket.queue?.name ?? 'none'} → ${queue.name}`);
  }
  ticket.queue = queue;
  ticket.lastQueueUpdate = act.at;
  touch(ticket, act);
}

/** Null removes the assignee. */
export function setAssignee(ticket: Ticket, assignee: Person | null, act: Act): void {
  if (ticket.assigneeId !== (assignee?.id ?? null)) audit(ticket, act, 'Assigned', assignee?.name ?? 'nobody');
  ticket.assigneeId = assignee?.id ?? null;
  touch(ticket, act);
}

export function setPriority(ticket: Ticket, priority: Priority, act: Act): void {
  if (ticket.priority.id !== priority.id) {
    audit(ticket, act, 'Priority changed', `${ticket.priority.name} → ${priority.name}`);
  }
  ticket.priority = priority;
  ticket.lastPriorityUpdate = act.at;
  touch(ticket, act);
}
