import { booleanOf, createQuery, filterOf, pageOf, type Query } from '../query.ts';
import { filterTickets } from '../ticket-filter.ts';
import { notFound, ok, paged } from '../wire.ts';
import { activitiesOf } from './activities.ts';
import type { Call, Route } from './route.ts';
import { slaView } from './sla.ts';
import { ticketOf } from './ticket-of.ts';
import { noteView, ticketRow, ticketView } from './ticket-view.ts';

const base = '/v2/servicedesk/tickets';

const list: Route = {
  method: 'GET',
  template: base,
  handle: (call) => listTickets(call, filterOf(call.query), call.query),
};

/** The same list by POST: the filter is an object in the body. */
const search: Route = {
  method: 'POST',
  template: `${base}/search`,
  handle(call) {
    const query = createQuery(call.body);
    return listTickets(call, createQuery(memberOf(call.body, 'filter')), query);
  },
};

function listTickets({ world, tenant }: Call, filter: Query, page: Query) {
  const found = filterTickets(world, filter);
  const rows = pageOf(found, page).map((ticket) => ticketRow(tenant, ticket));
  return paged(rows, found.length);
}

function memberOf(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  return Object.entries(body).find(([key]) => key.toLowerCase() === name)?.[1];
}

const get: Route = {
  method: 'GET',
  template: `${base}/{ticketId}`,
  handle: (call) => ok(ticketView(call.tenant, ticketOf(call))),
};

/** Paged like the others, but without a total. */
const notes: Route = {
  method: 'GET',
  template: `${base}/{ticketId}/notes`,
  handle: (call) => ok(pageOf(ticketOf(call).notes, call.query).map(noteView)),
};

const note: Route = {
  method: 'GET',
  template: `${base}/{ticketId}/notes/{noteId}`,
  handle(call) {
    const found = ticketOf(call).notes.find(({ id }) => id === Number(call.param('noteId')));
    if (!found) throw notFound(`Note ${call.param('noteId')}`);
    return ok(noteView(found));
  },
};

const activities: Route = {
  method: 'GET',
  template: `${base}/{ticketId}/activities`,
  handle(call) {
    const filter = filterOf(call.query);
    const wantedType = filter.get('ActivityType')?.toLowerCase();
    const onlyInternal = booleanOf(filter, 'OnlyInternal') ?? false;
    const found = activitiesOf(ticketOf(call)).filter(
      ({ activityType, isInternal }) =>
        (wantedType === undefined || activityType.toLowerCase() === wantedType) && (!onlyInternal || isInternal === 1),
    );
    return paged(pageOf(found, call.query), found.length);
  },
};

const slaInfo: Route = {
  method: 'GET',
  template: `${base}/{ticketId}/slainfo`,
  handle: (call) => ok(slaView(ticketOf(call), call.state.now())),
};

export const ticketRoutes: Route[] = [list, search, get, notes, note, activities, slaInfo];
