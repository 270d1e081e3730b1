import { booleanOf, contains, filterOf, pageOf, type Query, wholeNumber, wordsOf } from '../query.ts';
import type { Account, Contact } from '../tenant/accounts.ts';
import { byId, type Tenant } from '../tenant/tenant.ts';
import { type Answer, errorCodes, notFound, ok, paged, Refusal } from '../wire.ts';
import { accountOf } from './people.ts';
import type { Route } from './route.ts';

/** Kaseya describes single summaries without the envelope that all else has. */
const bare = (body: unknown): Answer => ({ status: 200, body });

const fits = (filter: Query, texts: Record<string, string>) =>
  Object.entries(texts).every(([name, value]) => contains(value, filter.get(name) ?? ''));

const accounts: Route = {
  method: 'GET',
  template: '/v2/crm/accounts/summary',
  handle({ tenant, query }) {
    const filter = filterOf(query);
    const isActive = booleanOf(filter, 'IsActive');
    const found = tenant.accounts
      .filter(({ name, code }) => fits(filter, { AccountName: name, AccountCode: code }))
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

/** Warnings that BMS shows to whoever opens the account; of three kinds, numbered 0 to 2. */
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

interface Owned {
  account: Account;
  contact: Contact;
}

const allContacts = ({ accounts: all }: Tenant): Owned[] =>
  all.flatMap((one) => one.contacts.map((contact) => ({ account: one, contact })));

function findContacts(tenant: Tenant, filter: Query, wanted: Record<'email' | 'phone', string>): Owned[] {
  const isActive = booleanOf(filter, 'IsActive');
  const locationId = wholeNumber(filter, 'LocationId');
  const [accountIds, ids] = [filter.get('AccountIds') ?? filter.get('AccountId'), filter.get('Ids')];
  return allContacts(tenant)
    .filter(({ account: owner, contact }) => {
      const { firstName, lastName } = namesOf(contact);
      const texts = { FirstName: firstName, LastName: lastName, AccountName: owner.name, JobTitle: contact.jobTitle };
      return fits(filter, { ...texts, [wanted.email]: contact.email, [wanted.phone]: contact.phone });
    })
    .filter(({ account: owner }) => accountIds === undefined || wordsOf(accountIds).has(String(owner.id)))
    .filter(({ contact }) => ids === undefined || wordsOf(ids).has(String(contact.id)))
    .filter(({ contact }) => locationId === undefined || contact.locationId === locationId)
    .filter(({ contact }) => isActive === undefined || contact.isActive === isActive);
}

function namesOf({ name }: Contact) {
  const [firstName = '', ...rest] = name.split(' ');
  return { firstName, lastName: rest.join(' ') };
}

const contacts: Route = {
  method: 'GET',
  template: '/v2/crm/contacts/summary',
  handle({ tenant, query }) {
    const found = findContacts(tenant, filterOf(query), { email: 'Email', phone: 'Phone' });
    return paged(pageOf(found, query).map(contactView), found.length);
  },
};

const contact: Route = {
  method: 'GET',
  template: '/v2/crm/contacts/summary/{id}',
  handle({ tenant, param }) {
    const found = allContacts(tenant).find((one) => one.contact.id === Number(param('id')));
    if (!found) throw notFound(`Contact ${param('id')}`);
    return bare(contactView(found));
  },
};

const contactHead = ({ account: owner, contact: person }: Owned) => ({
  ...{ id: person.id, accountId: owner.id, accountName: owner.name, locationId: person.locationId },
  locationName: byId(owner.locations, person.locationId)?.name ?? null,
  ...{ ...namesOf(person), jobTitle: person.jobTitle, isPoc: owner.contacts[0] === person, isActive: person.isActive },
});

/** `ContactsSummaryOutputDto`. */
const contactView = (owned: Owned) => ({
  ...contactHead(owned),
  ...{ isBillable: false, canRecieveInvoices: false, createdOn: owned.account.createdOn },
  emails: [{ id: owned.contact.id, emailAddress: owned.contact.email, emailTypeId: 1, isDefault: true }],
  phones: [{ id: owned.contact.id, phone: owned.contact.phone, phoneTypeId: 1, isDefault: true }],
});

/** `ContactsSearchSelectOutputDto`: paged without a total. */
const search: Route = {
  method: 'GET',
  template: '/v2/crm/contacts/search',
  handle({ tenant, query }) {
    const found = findContacts(tenant, filterOf(query), { email: 'EmailAddress', phone: 'Phone' });
    return ok(
      pageOf(found, query).map((owned) => ({
        ...{ ...contactHead(owned), emailAddress: owned.contact.email, hasClientPortalAccess: false },
      })),
    );
  },
};

/** Takes its filters under their bare names. */
const contracts: Route = {
  method: 'GET',
  template: '/v2/finance/contracts/lookup',
  handle({ tenant, query, state }) {
    const accountId = wholeNumber(query, 'AccountId');
    const withExpired = !(booleanOf(query, 'ExcludeExpiredContracts') ?? false);
    const found = tenant.accounts
      .filter(({ id }) => accountId === undefined || id === accountId)
      .flatMap((one) => one.contracts)
      .filter(({ name }) => contains(name, query.get('Name') ?? ''))
      .filter(({ endDate }) => withExpired || Date.parse(endDate) > state.now());
    return ok(
      found.map(({ id, name, isDefault, isActive, sla, endDate }) => ({
        ...{ id, name, isDefault, slaId: sla.id, slaName: sla.name, isActive, endDate },
      })),
    );
  },
};

export const crmRoutes: Route[] = [accounts, account, location, alerts, contacts, contact, search, contracts];
