import type { Account } from './accounts.ts';
import type { Asset } from './assets.ts';
import type { Lookups } from './lookups.ts';
import { named } from './named.ts';
import type { Person } from './person.ts';

/** Of the API user; the offset is the winter's, in hours. */
export interface TimeZone {
  name: string;
  olsonName: string;
  offset: number;
}

export interface Tenant extends Lookups {
  id: number;
  /** The company name that sign-in asks for; holds spaces. */
  name: string;
  credentials: { username: string; password: string };
  apiUser: Person;
  rmmUser: Person;
  integrationType: string;
  integrationTypeId: number;
  timeZone: TimeZone;
  accounts: Account[];
  assets: Map<number, Asset>;
}

export const generalNote = (tenant: Tenant) => named(tenant.noteTypes, 'General Note');
