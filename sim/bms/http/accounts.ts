import { booleanOf, filterOf, hasParts, pageOf } from '../query.ts';
import type { Account } from '../tenant/accounts.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { bare, errorCodes, notFound, ok, paged, Refusal } from '../wire.ts';
import { accountOf } from './people.ts';
import type { Route } from './route.ts';

const accounts: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/summary',
  handle({ tenant, query }) {
    const filter = filterOf(query);
    const isActive = booleanOf(filter, 'IsActive');
    const found = tenant.accounts
      .filter(({ name, code }) => hasParts(filter, { AccountName: name, AccountCode: code }))
      .filter((account) => isActive === undefined || account.isActive === isActive);
    return paged(
      pageOf(found, query).map((account) => accountView(tenant, account)),
      found.length,
    );
  },
};

const account: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/summary/{id}',
  handle({ tenant, param }) {
    const found = byId(tenant.accounts, Number(param('id')));
    if (!found) throw notFound(`Account ${param('id')}`);
    return bare(accountView(tenant, found));
  },
};

/** `AccountSummaryOutputDto`, the parts of it that the tenant fills. */
const accountView = (tenant: Tenant, { id, name, code, isActive, locations, createdOn }: Account) => ({
  ...{ id, accountName: name, accountCode: code, accountType: 'Client', isActive, isBilling: true },
  ...{ createdOn, modifiedOn: createdOn, tenantName: tenant.name, website: `https://${code.toLowerCase()}.example` },
  locations: locations.map((location) => locationView(location)),
});

const locationView = ({ id, name, isMain, phone }: Account['locations'][number]) => ({
  ...{ id, locationName: name, isMain, isActive: true },
  addresses: [{ id, phone, isMain, isBilling: isMain }],
});

const location: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/{accountId}/locations/{locationId}',
  handle(call) {
    const found = byId(accountOf(call).locations, Number(call.param('locationId')));
    if (!found) throw notFound(`Location ${call.param('locationId')}`);
    return ok(locationView(found));
  },
};

/** Warnings that BMS shows when the account is opened; of three kinds, numbered 0 to 2. */
const alerts: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/{accountId}/alerts/{accountAlertType}',
  handle(call) {
    const { id, alerts: kinds } = accountOf(call);
    const details = kinds[Number(call.param('accountAlertType'))];
    if (!details) throw new Refusal(400, errorCodes.malformed, 'accountAlertType must be 0, 1 or 2');
    return ok({ id, details });
  },
};

export const accountRoutes: Route[] = [accounts, account, location, alerts];
