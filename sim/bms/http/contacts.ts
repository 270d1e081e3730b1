import { booleanOf, filterOf, hasParts, pageOf, type Query, wholeNumber, wordsOf } from '../query.ts';
import type { Account, Contact } from '../tenant/accounts.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { bare, notFound, ok, paged } from '../wire.ts';
import type { Route } from './route.ts';

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
      return hasParts(filter, { ...texts, [wanted.email]: contact.email, [wanted.phone]: contact.phone });
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

export const contactRoutes: Route[] = [contacts, contact, search];
