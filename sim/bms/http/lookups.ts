import { contains, filterOf } from '../query.ts';
import type { Entry } from '../tenant/lookups.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { notFound, ok } from '../wire.ts';
import type { Route } from './route.ts';

const priorities: Route = {
  method: 'GET',
  template: '/v2/system/priorities/lookup',
  handle: ({ tenant }) =>
    ok(tenant.priorities.map(({ id, name, color, isDefault }) => ({ id, name, color, isDefault }))),
};

const queues: Route = {
  method: 'GET',
  template: '/v2/system/queues/lookup',
  handle: ({ tenant }) => ok(tenant.queues.map(({ id, name, isActive }) => ({ id, name, isActive }))),
};

const statuses: Route = {
  method: 'GET',
  template: '/v2/system/statuses/lookup',
  handle: ({ tenant }) =>
    ok(
      tenant.statuses.map(({ id, name, color, order, isSystem, completes, isActive }) => ({
        ...{ id, name, color, fontColor: '#ffffff', statusOrder: order, typeId: completes ? 2 : 1 },
        ...{ isSystemStatus: isSystem ? 1 : 0, slaEventId: null, isActive },
      })),
    ),
};

const issueTypes: Route = {
  method: 'GET',
  template: '/v2/system/issuetypes/lookup',
  handle({ tenant, query }) {
    const part = filterOf(query).get('Name') ?? '';
    const found = tenant.issueTypes.filter(({ name }) => contains(name, part));
    return ok(found.map(({ id, name, isActive }) => ({ id, name, isActive })));
  },
};

const issueSubTypes: Route = {
  method: 'GET',
  template: '/v2/system/issuetypes/{issueTypeId}/issuesubtypes/lookup',
  handle({ tenant, param }) {
    const issueType = byId(tenant.issueTypes, Number(param('issueTypeId')));
    if (!issueType) throw notFound(`Issue type ${param('issueTypeId')}`);
    return ok(issueType.subTypes.map(({ id, name }) => ({ id, name })));
  },
};

const slas: Route = {
  method: 'GET',
  template: '/v2/system/slas/lookup',
  handle: ({ tenant }) => ok(tenant.slas.map(entryView)),
};

const workTypes: Route = {
  method: 'GET',
  template: '/v2/system/worktypes/lookup',
  handle: ({ tenant }) => ok(tenant.workTypes.map(entryView)),
};

/** Roles cannot be switched off. */
const roles: Route = {
  method: 'GET',
  template: '/v2/system/roles/lookup',
  handle: ({ tenant }) => ok(tenant.roles.map(({ id, name, isDefault }) => ({ id, name, isDefault }))),
};

const entryView = ({ id, name, isDefault, isActive }: Entry) => ({ id, name, isDefault, isActive });

/** Tables without an endpoint of their own. Kaseya does not publish their names; these are the simulator's. */
const tables: Record<string, (tenant: Tenant) => Entry[]> = {
  ticketsource: ({ sources }) => sources,
  tickettype: ({ ticketTypes }) => ticketTypes,
  notetype: ({ noteTypes }) => noteTypes,
  contacttype: ({ contactTypes }) => contactTypes,
};

const table = (template: string): Route => ({
  method: 'GET',
  template,
  handle({ tenant, param }) {
    const read = tables[param('tableName').toLowerCase()];
    if (!read) throw notFound(`Lookup table ${param('tableName')}`);
    return ok(read(tenant).map(entryView));
  },
});

export const lookupRoutes: Route[] = [
  ...[priorities, queues, statuses, issueTypes, issueSubTypes, slas, workTypes, roles],
  ...[table('/v2/system/lookup/{tableName}'), table('/v2/system/tenantlookup/{tableName}')],
];
