import { z } from 'zod';
import { caseless, int, readFields } from '../fields.ts';
import { pageOf } from '../query.ts';
import { type Ticket, touch } from '../ticket.ts';
import { audit } from '../ticket-extras.ts';
import { empty, errorCodes, ok, Refusal } from '../wire.ts';
import type { Call, Route } from './route.ts';
import { recordTicketEffect, ticketOf } from './ticket-of.ts';

const base = '/v2/servicedesk/tickets/{ticketId}';

/** The history that BMS keeps by itself; paged without a total, the latest first. */
const auditLogs: Route = {
  method: 'GET',
  template: `${base}/auditlogs`,
  handle(call) {
    const { audit: entries } = ticketOf(call);
    const rows = entries.map(({ at, source, action, details }, index) => ({
      ...{ id: index + 1, createdOn: at, source, action, details },
    }));
    return ok(pageOf(rows.reverse(), call.query));
  },
};

/** Tickets of other alerts on the same machine. */
const relatedAlerts: Route = {
  method: 'GET',
  template: `${base}/relatedalerts`,
  handle(call) {
    const found = relatedAlertsOf(call, ticketOf(call));
    return ok(
      found.map(({ id, ticketNumber, title, details, status, priority, createdOn }) => ({
        ...{ id, ticketNumber, title, details, statusName: status.name, statusColor: status.color },
        ...{ statusFontColor: '#ffffff', monitorType: null, priorityName: priority.name },
        ...{ priorityColor: priority.color, createdOn },
      })),
    );
  },
};

const relatedAlertsOf = ({ world }: Call, ticket: Ticket) =>
  [...world.tickets.values()].filter(
    (one) => one !== ticket && one.alertRefId !== null && one.assetId !== null && one.assetId === ticket.assetId,
  );

const related: Route = {
  method: 'GET',
  template: `${base}/relatedTickets`,
  handle(call) {
    const ticket = ticketOf(call);
    return ok(
      ticket.relatedTicketIds.flatMap((id, index) => {
        const other = call.world.tickets.get(id);
        if (!other) return [];
        const { ticketNumber, title, status } = other;
        const names = { ticketNumber, title, statusName: status.name, statusColor: status.color };
        return [{ id: index + 1, ticketId: ticket.id, relatedTicketId: id, ...names, statusForeColor: '#ffffff' }];
      }),
    );
  },
};

const relatedCount: Route = {
  method: 'GET',
  template: `${base}/relatedTickets/count`,
  handle: (call) => ok({ count: ticketOf(call).relatedTicketIds.length }),
};

const relateSchema = caseless({ RelatedTicketIds: z.array(int).min(1) });

/** Relates both ways, and answers nothing. */
const relate: Route = {
  method: 'POST',
  template: `${base}/relatedTickets`,
  handle(call) {
    const ticket = ticketOf(call);
    const { RelatedTicketIds } = readFields(relateSchema, call.body);
    const others = RelatedTicketIds.map((id) => ({ id, other: call.world.tickets.get(id) }));
    const wrong = others.filter(({ other }) => !other || other === ticket).map(({ id }) => id);
    if (wrong.length > 0) {
      const subErrors = wrong.map((id) => `RelatedTicketIds: no other ticket with id ${id}`);
      throw new Refusal(400, errorCodes.badId, 'RelatedTicketIds is not valid', subErrors);
    }
    for (const { other } of others) if (other) tie(call, ticket, other);
    touch(ticket, call.act);
    recordTicketEffect(call, ticket);
    return empty;
  },
};

function tie({ act }: Call, ticket: Ticket, other: Ticket): void {
  if (ticket.relatedTicketIds.includes(other.id)) return;
  ticket.relatedTicketIds.push(other.id);
  other.relatedTicketIds.push(ticket.id);
  audit(ticket, act, 'Related', other.ticketNumber);
  audit(other, act, 'Related', ticket.ticketNumber);
}

/** What the tabs of the ticket's page count. */
const tabs: Route = {
  method: 'GET',
  template: `${base}/tickettabsindicators/count`,
  handle(call) {
    const ticket = ticketOf(call);
    return ok({
      ...{ relatedTicketsCount: ticket.relatedTicketIds.length, ticketTasksCount: 0, expensesChargesCount: 0 },
      ...{ serviceCallsToDosCount: ticket.todos.length, relatedAlertsCount: relatedAlertsOf(call, ticket).length },
      activitiesCount: ticket.notes.length + ticket.timeLogs.length,
    });
  },
};

export const ticketRelationRoutes: Route[] = [auditLogs, relatedAlerts, related, relatedCount, relate, tabs];
