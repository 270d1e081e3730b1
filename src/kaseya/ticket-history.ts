import { z } from 'zod';
import { caseless } from './caseless.ts';
import { type Rows, readResult, readRows } from './page.ts';
import type { Transport } from './transport.ts';

const name = z.string().nullish();
const hours = z.number().nullish();

const activitySchema = caseless({
  id: z.number().int(),
  activityType: name,
  notes: name,
  internalNotes: name,
  createdByName: name,
  createdOn: name,
  timeSpent: hours,
});

const slaSchema = caseless({
  slaStage: z.number().int().nullish(),
  slaName: name,
  ticketPriorityName: name,
  respondGoal: hours,
  respondActual: hours,
  respondRemaining: hours,
  resolveGoal: hours,
  resolveActual: hours,
  resolveRemaining: hours,
});

const relatedAlertSchema = caseless({
  id: z.number().int(),
  ticketNumber: name,
  title: name,
  details: name,
  statusName: name,
  monitorType: name,
  priorityName: name,
  createdOn: name,
});

const todoSchema = caseless({
  id: z.number().int(),
  description: name,
  assignedTo: name,
  complete: z.boolean().nullish(),
  startDate: name,
});

export type Activity = z.infer<typeof activitySchema>;
/** All figures are hours, as BMS counts them. */
export type Sla = z.infer<typeof slaSchema>;
export type RelatedAlert = z.infer<typeof relatedAlertSchema>;
export type Todo = z.infer<typeof todoSchema>;

const base = '/v2/servicedesk/tickets/{ticketId}';

interface Page {
  pageNumber?: number;
  pageSize?: number;
}

/** What happened to a ticket, and what is due on it. */
export interface TicketHistory {
  /** Notes and time in one list, the latest first. */
  activities(ticketId: number, page?: Page): Promise<Rows<Activity>>;
  sla(ticketId: number): Promise<Sla>;
  relatedAlerts(ticketId: number): Promise<Rows<RelatedAlert>>;
  /** Service calls and to-dos. */
  todos(ticketId: number, page?: Page): Promise<Rows<Todo>>;
}

export function createTicketHistory(transport: Transport): TicketHistory {
  const read = async (ticketId: number, part: string, page?: Page) => {
    const query = page && { PageNumber: page.pageNumber ?? 1, PageSize: page.pageSize ?? 25 };
    const template = `${base}/${part}`;
    const request = { method: 'GET', template, params: { ticketId }, ...(query ? { query } : {}) } as const;
    return { envelope: await transport.call(request), endpoint: `GET ${template}` };
  };
  const rows = async <T>(schema: z.ZodType<T>, ...request: Parameters<typeof read>): Promise<Rows<T>> => {
    const { envelope, endpoint } = await read(...request);
    return readRows(schema, envelope, endpoint);
  };
  return {
    activities: (ticketId, page = {}) => rows(activitySchema, ticketId, 'activities', page),
    relatedAlerts: (ticketId) => rows(relatedAlertSchema, ticketId, 'relatedalerts'),
    todos: (ticketId, page = {}) => rows(todoSchema, ticketId, 'servicecallstodos', page),
    async sla(ticketId) {
      const { envelope, endpoint } = await read(ticketId, 'slainfo');
      return readResult(slaSchema, envelope, endpoint);
    },
  };
}
