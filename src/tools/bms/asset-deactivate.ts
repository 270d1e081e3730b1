import { z } from 'zod';
import { unknownAsset, withoutAccount } from '../scope.ts';
import { defineRow, refuse } from '../tool.ts';
import type { ToolDeps } from './deps.ts';
import { assetIdInput } from './shape.ts';

export const assetDeactivateTools = ({ bms: { assets } }: ToolDeps) => [
  defineRow({
    name: 'update_a_kaseya_bms_assets_deactivate_by_id',
    description:
      'Marks one asset inactive in BMS. It isolates nothing: the machine keeps running, stays on the network and keeps its accounts. To contain a machine, hand over to a person. BMS does it as a job: the result of this call is what the job reported.',
    input: z.strictObject({ assetId: assetIdInput }),
    outside: ({ assetId }, context) => withoutAccount(context.scope) ?? unknownAsset(assetId, context),
    async prepare({ assetId }, { scope }) {
      const asset = await assets.get(assetId);
      if (asset.accountId !== scope.account?.id)
        return refuse('out_of_scope', `asset id ${assetId} is not of this account`);
      if (!asset.isActive) return refuse('already_inactive', `"${asset.name}" is inactive in BMS already`);
      // The row names the asset as the RMM product does; BMS's own id is what is left where it knows no agent.
      return { assetId, rmmAssetId: asset.agentId || String(assetId) };
    },
    row: ({ rmmAssetId }, { transactionId }) => ({
      action: 'deactivate_asset',
      row: { transactionId, assetId: rmmAssetId },
    }),
    /** Inactive is the outcome that was wanted, whatever caused it; an asset that is still active may be one the job has not reached. */
    async readBack({ assetId }) {
      const { isActive } = await assets.get(assetId);
      return isActive ? 'pending' : { kind: 'done', message: 'the asset is inactive in BMS', data: null, ticket: null };
    },
  }),
];
