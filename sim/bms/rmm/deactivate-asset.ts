import { text } from '../fields.ts';
import { RowFailure } from './row.ts';
import { defineRowAction } from './row-action.ts';

/** Marks an asset inactive in the PSA. It isolates nothing. */
export const deactivateAssets = defineRowAction(
  { method: 'PUT', template: '/v2/rmm/{integrationType}/assets/deactivate', family: 'assets', actionType: 4 },
  { TransactionId: text.nullish(), AssetId: text.nullish() },
  ({ tenant }, row, { at }) => {
    if (!row.AssetId) throw new RowFailure('AssetId is required');
    const asset = [...tenant.assets.values()].find(
      ({ id, agentId }) => String(id) === row.AssetId || agentId === row.AssetId,
    );
    if (!asset) throw new RowFailure(`No asset is known as "${row.AssetId}"`);
    asset.isActive = false;
    asset.modifiedOn = at;
    return { message: 'Deactivated', asset };
  },
);
