import { byId } from './tenant/named.ts';
import type { Tenant } from './tenant/tenant.ts';
import { errorCodes, Refusal } from './wire.ts';

interface Entry {
  id: number;
  name: string;
  isActive?: boolean;
}

/** Collects every id that names nothing, so that one answer names all of them. */
export interface ReferenceCheck {
  /** The active entry with this id; null ids name nothing on purpose. A wrong one fails `all`. */
  find<T extends Entry>(field: string, entries: readonly T[], id: number | null | undefined): T | null;
  /** Throws BMS's refusal when an id was wrong; else hands back the required entries, which are there now. */
  all<T extends Record<string, unknown>>(required: T): { [K in keyof T]: NonNullable<T[K]> };
}

export function checkReferences(): ReferenceCheck {
  const wrong: { field: string; id: number }[] = [];
  return {
    find(field, entries, id) {
      if (id === null || id === undefined) return null;
      const entry = byId(entries, id);
      if (entry && entry.isActive !== false) return entry;
      wrong.push({ field, id });
      return null;
    },
    all(required) {
      const first = wrong[0];
      if (first) {
        const subErrors = wrong.map(({ field, id }) => `${field}: no active record with id ${id}`);
        throw new Refusal(400, errorCodes.badId, `${first.field} is not valid`, subErrors);
      }
      if (!isComplete(required)) throw new TypeError('a required reference was given as null');
      return required;
    },
  };
}

const isComplete = <T extends Record<string, unknown>>(found: T): found is { [K in keyof T]: NonNullable<T[K]> } =>
  Object.values(found).every((entry) => entry !== null && entry !== undefined);

/** A subtype means something only below its own issue type. */
export const subTypesOf = ({ issueTypes }: Tenant, issueTypeId: number | null | undefined) =>
  byId(issueTypes, issueTypeId)?.subTypes ?? [];

/** Locations, contacts, contracts and assets belong to an account; those of another one are as good as unknown. */
export function ownedBy(tenant: Tenant, accountId: number | undefined) {
  const account = byId(tenant.accounts, accountId);
  return {
    locations: account?.locations ?? [],
    contacts: account?.contacts ?? [],
    assets: [...tenant.assets.values()].filter((asset) => asset.accountId === accountId),
    contracts: account?.contracts ?? [],
  };
}
