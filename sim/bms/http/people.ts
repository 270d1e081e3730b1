import { booleanOf, contains, filterOf, pageOf, type Query, wholeNumber, wordsOf } from '../query.ts';
import type { Account } from '../tenant/accounts.ts';
import { byId } from '../tenant/named.ts';
import { notFound, ok } from '../wire.ts';
import type { Call, Route } from './route.ts';

/** These lookups are short: without a page size all of them come. */
const lookupPage = 100;

const isWanted = (filter: Query) => {
  const ids = filter.get('Ids');
  const excluded = wordsOf(filter.get('ExcludedIds') ?? '');
  return ({ id, name }: { id: number; name: string }) =>
    contains(name, filter.get('Name') ?? '') &&
    (ids === undefined || wordsOf(ids).has(String(id))) &&
    !excluded.has(String(id));
};

const assignees: Route = {
  method: 'GET',
  template: '/v2/hr/assignees/lookup',
  handle({ tenant, query }) {
    const found = tenant.employees.filter(({ isActive }) => isActive).filter(isWanted(filterOf(query)));
    return ok(
      pageOf(found, query, lookupPage).map(({ id, name, email, jobTitle }) => ({
        ...{ id, name, emailAddress: email, jobTitle },
      })),
    );
  },
};

/** The same people with first and last name; takes its filters under their bare names. */
const assigneeList: Route = {
  method: 'GET',
  template: '/v2/hr/assignees',
  handle({ tenant, query }) {
    const found = tenant.employees.filter(({ isActive }) => isActive).filter(isWanted(query));
    return ok(
      pageOf(found, query, lookupPage).map(({ id, name, email }) => {
        const [firstName = '', ...rest] = name.split(' ');
        return { id, firstName, lastName: rest.join(' '), name, emailAddress: email };
      }),
    );
  },
};

const assigneeCount: Route = {
  method: 'GET',
  template: '/v2/hr/assignees/count',
  handle: ({ tenant }) => ok(tenant.employees.filter(({ isActive }) => isActive).length),
};

const assigneeRoles: Route = {
  method: 'GET',
  template: '/v2/hr/assignees/{assigneeId}/roles',
  handle({ tenant, param }) {
    const employee = byId(tenant.employees, Number(param('assigneeId')));
    if (!employee) throw notFound(`Assignee ${param('assigneeId')}`);
    return ok(employee.roles.map(({ id, name, isDefault }) => ({ id, name, isDefault })));
  },
};

const accounts: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/lookup',
  handle({ tenant, query }) {
    const filter = filterOf(query);
    const withInactive = booleanOf(filter, 'WithInactiveAccounts') ?? false;
    const found = tenant.accounts.filter(({ isActive }) => isActive || withInactive).filter(isWanted(filter));
    return ok(
      pageOf(found, query, lookupPage).map(({ id, name, isActive }) => ({
        ...{ id, name, tenantName: tenant.name, isActive },
      })),
    );
  },
};

const locations: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/{accountId}/locations/lookup',
  handle(call) {
    const account = accountOf(call);
    return ok(account.locations.map(({ id, name, isMain }) => ({ id, name, accountId: account.id, isMain })));
  },
};

const contacts: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/{accountId}/contacts/lookup',
  handle(call) {
    const account = accountOf(call);
    const filter = filterOf(call.query);
    const wantedLocation = wholeNumber(filter, 'LocationId');
    const found = account.contacts
      .filter(isWanted(filter))
      .filter(({ locationId }) => wantedLocation === undefined || locationId === wantedLocation);
    return ok(
      pageOf(found, call.query, lookupPage).map(({ id, name, locationId, phone, email }) => ({
        ...{ id, name, locationId, phone, emailAddress: email },
        locationName: byId(account.locations, locationId)?.name ?? null,
      })),
    );
  },
};

export function accountOf({ tenant, param }: Call): Account {
  const account = byId(tenant.accounts, Number(param('accountId')));
  if (!account) throw notFound(`Account ${param('accountId')}`);
  return account;
}

export const peopleRoutes: Route[] = [
  ...[assignees, assigneeList, assigneeCount, assigneeRoles],
  ...[accounts, locations, contacts],
];
