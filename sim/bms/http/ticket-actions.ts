import { z } from 'zod';
import { caseless, date, filledText, flag, int, readFields } from '../fields.ts';
import { checkReferences } from '../references.ts';
import { named } from '../tenant/named.ts';
import { addNote, setAssignee, setQueue, setStatus } from '../ticket.ts';
import { empty, ok } from '../wire.ts';
import { mailSchema, recipientsOf, sendMail } from './mail.ts';
import type { Route } from './route.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';
import { noteView, ticketView } from './ticket-view.ts';

const base = '/v2/servicedesk/tickets/{ticketId}';

const noteSchema = caseless({
  ...{ Details: filledText, IsInternal: flag, TypeId: int, NoteDate: date },
  ...{ StatusId: int.nullish(), EmailNotification: mailSchema.nullish() },
});

const postNote: Route = {
  method: 'POST',
  template: `${base}/notes`,
  handle(call) {
    const { tenant, world, act } = call;
    const ticket = ticketOf(call);
    const input = readFields(noteSchema, call.body);
    const check = checkReferences();
    const status = check.find('StatusId', tenant.statuses, input.StatusId);
    const to = recipientsOf(call, ticket, check, input.EmailNotification ?? {});
    const { type } = check.all({ type: check.find('TypeId', tenant.noteTypes, input.TypeId) });
    if (status) setStatus(ticket, status, act);
    const { Details: details, IsInternal: isInternal } = input;
    const note = addNote(ticket, { id: world.sequence.noteId(), details, isInternal, type }, act);
    sendMail(call, ticket, to);
    recordTicketEffect(call, ticket);
    return ok(noteView(note));
  },
};

const assignSchema = caseless({
  ...{ Details: filledText, IsInternal: flag, TypeId: int, StatusId: int, NoteDate: date },
  ...{ AssigneeId: int.nullish(), QueueId: int.nullish(), EmailNotification: mailSchema.nullish() },
  SecondaryAssignees: z.array(caseless({ UserId: int })).nullish(),
});

/** Answers 200 with no body at all, as Kaseya's description has it. */
const assign: Route = {
  method: 'POST',
  template: `${base}/assignticket`,
  handle(call) {
    const { tenant, world, act } = call;
    const ticket = ticketOf(call);
    const input = readFields(assignSchema, call.body);
    const check = checkReferences();
    const queue = check.find('QueueId', tenant.queues, input.QueueId);
    const assignee = check.find('AssigneeId', tenant.employees, input.AssigneeId);
    const to = recipientsOf(call, ticket, check, input.EmailNotification ?? {});
    for (const { UserId } of input.SecondaryAssignees ?? []) {
      check.find('SecondaryAssignees.UserId', tenant.employees, UserId);
    }
    const { type, status } = check.all({
      type: check.find('TypeId', tenant.noteTypes, input.TypeId),
      status: check.find('StatusId', tenant.statuses, input.StatusId),
    });
    setStatus(ticket, status, act);
    if (queue) setQueue(ticket, queue, act);
    if (assignee) setAssignee(ticket, assignee, act);
    const { Details: details, IsInternal: isInternal } = input;
    addNote(ticket, { id: world.sequence.noteId(), details, isInternal, type }, act);
    sendMail(call, ticket, to);
    recordTicketEffect(call, ticket);
    return empty;
  },
};

const resolveSchema = caseless({ Comment: filledText, StatusId: int.nullish(), IsInternal: flag.nullish() });

/** The service desk's own resolve: at once, and by ticket instead of by alert. */
const resolve: Route = {
  method: 'POST',
  template: `${base}/resolve`,
  handle(call) {
    const { tenant, world, act } = call;
    const ticket = ticketOf(call);
    const input = readFields(resolveSchema, call.body);
    const check = checkReferences();
    // StatusId is not nullable in the description: 0 is what a client sends that has none.
    const status = check.find('StatusId', tenant.statuses, input.StatusId || null);
    check.all({});
    setStatus(ticket, status ?? named(tenant.statuses, 'Resolved'), act);
    const type = named(tenant.noteTypes, 'Resolution');
    const isInternal = input.IsInternal ?? false;
    addNote(ticket, { id: world.sequence.noteId(), details: input.Comment, isInternal, type }, act);
    recordTicketEffect(call, ticket);
    return ok(ticketView(tenant, ticket));
  },
};

export const ticketActionRoutes: Route[] = [postNote, assign, resolve];
