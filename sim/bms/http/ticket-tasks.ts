import { caseless, date, filledText, int, readFields, text } from '../fields.ts';
import { pageOf } from '../query.ts';
import { checkReferences } from '../references.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { setStatus, type Ticket, touch } from '../ticket.ts';
import { audit, type ChecklistItem, type Todo } from '../ticket-extras.ts';
import { empty, notFound, ok, paged } from '../wire.ts';
import type { Route } from './route.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';

const base = '/v2/servicedesk/tickets/{ticketId}';

/** The description requires none of these; a task without an owner or a day could not be shown in a calendar. */
const todoSchema = caseless({ Description: filledText, UserId: int, Date: date, StatusId: int.nullish() });

const postTodo: Route = {
  method: 'POST',
  template: `${base}/todos`,
  handle(call) {
    const { tenant, world, act } = call;
    const ticket = ticketOf(call);
    const input = readFields(todoSchema, call.body);
    const check = checkReferences();
    // StatusId is not nullable in the description: 0 is what a client sends that has none.
    const status = check.find('StatusId', tenant.statuses, input.StatusId || null);
    const { user } = check.all({ user: check.find('UserId', tenant.employees, input.UserId) });
    const todo: Todo = {
      ...{ id: world.sequence.noteId(), description: input.Description, userId: user.id },
      ...{ date: new Date(input.Date).toISOString(), createdBy: act.by, createdOn: act.at },
    };
    ticket.todos.push(todo);
    audit(ticket, act, 'To-do added', `${user.name}: ${todo.description}`);
    if (status) setStatus(ticket, status, act);
    touch(ticket, act);
    recordTicketEffect(call, ticket);
    return ok(todoView(tenant, ticket, todo));
  },
};

const getTodo: Route = {
  method: 'GET',
  template: `${base}/todos/{toDoId}`,
  handle(call) {
    const ticket = ticketOf(call);
    const todo = ticket.todos.find(({ id }) => id === Number(call.param('toDoId')));
    if (!todo) throw notFound(`To-do ${call.param('toDoId')}`);
    return ok(todoView(call.tenant, ticket, todo));
  },
};

const todoView = (tenant: Tenant, ticket: Ticket, { id, description, userId, date: day }: Todo) => ({
  ...{ id, ticketId: ticket.id, description, complete: false, userId, date: day },
  resource: byId(tenant.employees, userId)?.name ?? null,
});

/** Nothing here makes service calls: the combined list holds to-dos alone. */
const listTodos: Route = {
  method: 'GET',
  template: `${base}/servicecallstodos`,
  handle(call) {
    const { todos } = ticketOf(call);
    const rows = todos.map(({ id, description, userId, date: day, createdBy, createdOn }) => ({
      ...{ id, itemType: 2, description, complete: false, startDate: day, endDate: day },
      assignedTo: byId(call.tenant.employees, userId)?.name ?? null,
      ...{ createdBy: createdBy.id, createdOn },
    }));
    return paged(pageOf(rows, call.query), rows.length);
  },
};

const itemSchema = caseless({ Name: filledText, Description: text.nullish(), Order: int.nullish() });

const postItem: Route = {
  method: 'POST',
  template: `${base}/checklistitems`,
  handle(call) {
    const { world, act } = call;
    const ticket = ticketOf(call);
    const input = readFields(itemSchema, call.body);
    const item: ChecklistItem = {
      ...{ id: world.sequence.noteId(), name: input.Name, description: input.Description ?? '' },
      ...{ order: input.Order ?? ticket.checklist.length + 1, createdBy: act.by, createdOn: act.at },
    };
    ticket.checklist.push(item);
    audit(ticket, act, 'Checklist item added', item.name);
    touch(ticket, act);
    recordTicketEffect(call, ticket);
    return ok(itemView(item));
  },
};

/** Kaseya describes one item where a list should be. What the wire holds is unknown; the first one fits the words. */
const getItems: Route = {
  method: 'GET',
  template: `${base}/checklistitems`,
  handle(call) {
    const [first] = [...ticketOf(call).checklist].sort((left, right) => left.order - right.order);
    return ok(first ? itemView(first) : null);
  },
};

const clearItems: Route = {
  method: 'DELETE',
  template: `${base}/checklistitems`,
  handle(call) {
    const ticket = ticketOf(call);
    ticket.checklist = [];
    audit(ticket, call.act, 'Checklist removed', '');
    touch(ticket, call.act);
    recordTicketEffect(call, ticket);
    return empty;
  },
};

const itemView = ({ id, name, description, order, createdBy, createdOn }: ChecklistItem) => ({
  ...{ id, name, description, order, isCompleted: false, completedBy: null, completedByName: null },
  ...{ completedOn: null, createdBy: createdBy.id, createdOn, modifiedBy: null, modifiedOn: null },
});

export const ticketTaskRoutes: Route[] = [postTodo, getTodo, listTodos, postItem, getItems, clearItems];
