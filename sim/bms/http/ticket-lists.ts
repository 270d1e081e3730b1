import { booleanOf, filterOf, pageOf, type Query, wordsOf } from '../query.ts';
import { filterTickets } from '../ticket-filter.ts';
import { ok } from '../wire.ts';
import type { Call, Route } from './route.ts';

const base = '/v2/servicedesk/tickets';

/** Takes the filters under their bare names, unlike the list. */
const count: Route = {
  method: 'GET',
  template: `${base}/count`,
  handle: ({ world, query }) => ok({ count: filterTickets(world, query).length }),
};

/** The names under which the short lists know the list's filters. */
const aliases: Record<string, string> = { AccountIds: 'AccountId', QueueNames: 'QueueName', StatusNames: 'StatusName' };

function shortList({ world, query }: Call, excluded: string) {
  const filter = filterOf(query);
  const completed = booleanOf(filter, 'ExcludeCompleted') ? '1' : undefined;
  const renamed: Query = {
    get: (name) => (name === 'ExcludeCompleted' ? completed : filter.get(aliases[name] ?? name)),
  };
  const unwanted = wordsOf(filter.get(excluded) ?? '');
  const found = filterTickets(world, renamed).filter(({ id }) => !unwanted.has(String(id)));
  return pageOf(found, query);
}

/** `TicketsListSummaryOutputDto`: here ids are texts. */
const summary: Route = {
  method: 'GET',
  template: `${base}/summary`,
  handle: (call) =>
    ok(
      shortList(call, 'ExcludedIds').map(({ id, title, ticketNumber, status, priority }) => ({
        ...{ id, title, ticketNumber, statusName: status.name, statusId: String(status.id), statusColor: status.color },
        ...{ priorityId: String(priority.id), priorityName: priority.name, priorityColor: priority.color },
      })),
    ),
};

const searchSelect: Route = {
  method: 'GET',
  template: `${base}/searchselect`,
  handle(call) {
    const nameOf = new Map(call.tenant.employees.map(({ id, name }) => [id, name]));
    return ok(
      shortList(call, 'ExcludedId').map(({ id, ticketNumber, title, queue, assigneeId, openDate, status }) => ({
        ...{ id, ticketNumber, title, queueId: queue?.id ?? null, queueName: queue?.name ?? null },
        ...{ assigneeId, assigneeName: nameOf.get(assigneeId ?? 0) ?? null, openDate },
        ...{ statusName: status.name, statusId: status.id, statusColor: status.color },
      })),
    );
  },
};

export const ticketListRoutes: Route[] = [count, summary, searchSelect];
