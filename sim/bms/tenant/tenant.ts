import type { Account } from './accounts.ts';
import type { Asset } from './assets.ts';
import type { Lookups } from './lookups.ts';

/** Whoever writes: an employee, the service's API user or the RMM integration. */
export interface Person {
  id: number;
  name: string;
  email: string;
}

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

interface Named {
  id: number;
  name: string;
}

/** For what the tenant is known to have; a tenant without it is a mistake in this simulator. */
export function named<T extends Named>(entries: readonly T[], name: string): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`the tenant has no "${name}"`);
  return entry;
}

export const byId = <T extends Named>(entries: readonly T[], id: number | null | undefined): T | undefined =>
  entries.find((entry) => entry.id === id);

export const generalNote = (tenant: Tenant) => named(tenant.noteTypes, 'General Note');
