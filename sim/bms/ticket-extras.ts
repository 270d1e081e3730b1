import type { Person } from './tenant/person.ts';

/** A dated task for one person; the service desk shows it in their calendar. */
export interface Todo {
  id: number;
  description: string;
  userId: number;
  date: string;
  createdBy: Person;
  createdOn: string;
}

export interface ChecklistItem {
  id: number;
  name: string;
  description: string;
  order: number;
  createdBy: Person;
  createdOn: string;
}

/** One line of a ticket's history, as BMS writes it by itself. */
export interface AuditEntry {
  at: string;
  source: string;
  action: string;
  details: string;
}

/** What hangs on a ticket beside its notes. */
export interface TicketExtras {
  todos: Todo[];
  checklist: ChecklistItem[];
  relatedTicketIds: number[];
  /** What the copilot wrote and was asked to keep; null until then. */
  smartResolution: string | null;
  smartSummary: string | null;
}

export const blankExtras = (): TicketExtras => ({
  ...{ todos: [], checklist: [], relatedTicketIds: [], smartResolution: null, smartSummary: null },
});

export function audit(
  ticket: { audit: AuditEntry[] },
  { by, at }: { by: Person; at: string },
  action: string,
  details: string,
): void {
  ticket.audit.push({ at, source: by.name, action, details });
}
