import { caseless, date, int, readFields, text } from '../fields.ts';
import { malformed, pageOf } from '../query.ts';
import { checkReferences } from '../references.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { type TimeLog, touch } from '../ticket.ts';
import { audit } from '../ticket-extras.ts';
import { ok } from '../wire.ts';
import type { Route } from './route.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';

const template = '/v2/servicedesk/tickets/{ticketId}/timelogs';

/** Paged without a total. */
const list: Route = {
  method: 'GET',
  template,
  handle: (call) => ok(pageOf(ticketOf(call).timeLogs, call.query).map((log) => timeView(call.tenant, log))),
};

/** Hours and minutes, as `HH:MM` or `HH:MM:SS`. */
const span = text.regex(/^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/, 'is not a time of day');
const inputSchema = caseless({
  ...{ StartDate: date, StartTime: span, EndTime: span, WorkTypeId: int, RoleId: int },
  ...{ Notes: text.nullish(), InternalNotes: text.nullish(), UserId: int.nullish() },
});

/** Time is billed to the customer: each entry costs them money. */
const post: Route = {
  method: 'POST',
  template,
  handle(call) {
    const { tenant, world, act } = call;
    const ticket = ticketOf(call);
    const input = readFields(inputSchema, call.body);
    const check = checkReferences();
    const user = check.find('UserId', tenant.employees, input.UserId);
    const { workType, role } = check.all({
      workType: check.find('WorkTypeId', tenant.workTypes, input.WorkTypeId),
      role: check.find('RoleId', tenant.roles, input.RoleId),
    });
    const hours = hoursOf(input.EndTime) - hoursOf(input.StartTime);
    if (hours <= 0) throw malformed('EndTime: must be after StartTime');
    const log: TimeLog = {
      ...{ id: world.sequence.noteId(), hours, notes: input.Notes ?? '', createdBy: user ?? act.by, createdOn: act.at },
      ...{ workTypeId: workType.id, roleId: role.id },
    };
    ticket.timeLogs.push(log);
    audit(ticket, act, 'Time added', `${hours} h`);
    touch(ticket, act);
    recordTicketEffect(call, ticket);
    return ok(timeView(tenant, log));
  },
};

function hoursOf(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return hours + minutes / 60 + seconds / 3600;
}

/** `TicketTimeEntryOutputDto`. */
function timeView(tenant: Tenant, { id, hours, notes, createdBy, createdOn, workTypeId, roleId }: TimeLog) {
  return {
    ...{ id, createdBy: createdBy.id, createdOn, startDate: createdOn, timespent: hours, notes, internalNotes: null },
    ...{ userId: createdBy.id, employeeName: createdBy.name, timeSpentBy: createdBy.name },
    ...{ approved: false, billed: false, posted: false, weekStart: createdOn, weekEnd: createdOn, customFields: [] },
    ...{ workTypeId: workTypeId ?? null, workTypeName: byId(tenant.workTypes, workTypeId)?.name ?? null },
    ...{ roleId: roleId ?? null, roleName: byId(tenant.roles, roleId)?.name ?? null },
  };
}

export const ticketTimeRoutes: Route[] = [list, post];
