import { filledText, int } from '../fields.ts';
import { byId } from '../tenant/named.ts';
import type { Tenant } from '../tenant/tenant.ts';
import { RowFailure } from './row.ts';
import { defineRowAction, type RowAction } from './row-action.ts';

/** What may be mapped. Kaseya does not say which words it takes; these are the simulator's. */
export const entityTypes = ['accounts', 'assets'] as const;
export type EntityType = (typeof entityTypes)[number];

const isKnown = ({ accounts, assets }: Tenant, type: EntityType, id: number) =>
  type === 'accounts' ? byId(accounts, id) !== undefined : assets.has(id);

/** Ties ids of another product to the PSA's own, or unties them. */
export function mappingAction(method: 'POST' | 'DELETE', template: string, type: EntityType): RowAction {
  const about = { method, template, family: 'mappings' as const };
  if (method === 'DELETE') {
    return defineRowAction({ ...about, actionType: 8 }, { ExternalId: filledText }, ({ mappings }, { ExternalId }) => {
      if (!mappings.get(type)?.delete(ExternalId)) throw new RowFailure(`"${ExternalId}" is not mapped`);
      return { message: 'Removed' };
    });
  }
  const shape = { ExternalId: filledText, PsaId: int };
  return defineRowAction({ ...about, actionType: 7 }, shape, ({ tenant, mappings }, { ExternalId, PsaId }) => {
    if (!isKnown(tenant, type, PsaId)) throw new RowFailure(`There is no ${PsaId} among the ${type}`);
    mappings.set(type, (mappings.get(type) ?? new Map()).set(ExternalId, PsaId));
    return { message: 'Mapped' };
  });
}
