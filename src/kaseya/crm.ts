import { z } from 'zod';
import { caseless } from './caseless.ts';
import { maxPageSize, readRows } from './page.ts';
import type { Transport } from './transport.ts';

const name = z.string().nullish();
const id = z.number().int();

const accountSchema = caseless({ id, name: z.string(), isActive: z.boolean().nullish() });
const locationSchema = caseless({ id, name: z.string(), isMain: z.boolean().nullish() });
const contactSchema = caseless({
  id,
  name: z.string(),
  locationId: id.nullish(),
  locationName: name,
  emailAddress: name,
});
const contractSchema = caseless({
  id,
  name,
  isDefault: z.boolean().nullish(),
  slaName: name,
  isActive: z.boolean().nullish(),
  endDate: name,
});

export type Account = z.infer<typeof accountSchema>;
export type Location = z.infer<typeof locationSchema>;
export type Contact = z.infer<typeof contactSchema>;
export type Contract = z.infer<typeof contractSchema>;

const accounts = '/v2/crm/accounts/lookup';
const locations = '/v2/crm/accounts/{accountId}/locations/lookup';
const contacts = '/v2/crm/accounts/{accountId}/contacts/lookup';
const contracts = '/v2/finance/contracts/lookup';

/** The customers: accounts, and what belongs to an account. */
export interface Crm {
  /** `name` matches parts of names, so compare the answers. */
  accounts(filter: { name: string }): Promise<Account[]>;
  /** Every account has its own location "Main". */
  locations(accountId: number): Promise<Location[]>;
  contacts(accountId: number, filter?: { name?: string | undefined; pageNumber?: number }): Promise<Contact[]>;
  contracts(accountId: number): Promise<Contract[]>;
}

export function createCrm(transport: Transport): Crm {
  return {
    async accounts({ name }) {
      const query = { 'Filter.Name': name, PageNumber: 1, PageSize: maxPageSize };
      const envelope = await transport.call({ method: 'GET', template: accounts, query });
      return readRows(accountSchema, envelope, `GET ${accounts}`).rows;
    },
    async locations(accountId) {
      const envelope = await transport.call({ method: 'GET', template: locations, params: { accountId } });
      return readRows(locationSchema, envelope, `GET ${locations}`).rows;
    },
    async contacts(accountId, { name, pageNumber = 1 } = {}) {
      const query = { 'Filter.Name': name, PageNumber: pageNumber, PageSize: maxPageSize };
      const envelope = await transport.call({ method: 'GET', template: contacts, params: { accountId }, query });
      return readRows(contactSchema, envelope, `GET ${contacts}`).rows;
    },
    async contracts(accountId) {
      const query = { AccountId: accountId, ExcludeExpiredContracts: true };
      const envelope = await transport.call({ method: 'GET', template: contracts, query });
      return readRows(contractSchema, envelope, `GET ${contracts}`).rows;
    },
  };
}
