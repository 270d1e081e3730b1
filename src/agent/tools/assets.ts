import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import { unknownAsset, withoutAccount } from '../scope.ts';
import { defineRead, refuse } from '../tool.ts';
import { pageInput } from './shape.ts';

export const assetTools = ({ assets }: Pick<Bms, 'assets'>) => [
  defineRead({
    name: 'list_all_kaseya_bms_hardwareasset_searchselects',
    description: "Finds hardware assets of the alert's own account by part of their name. Returns at most 25 rows.",
    input: z.strictObject({ assetName: z.string().min(1).max(200).nullable(), pageNumber: pageInput }),
    outside: (_, { scope }) => withoutAccount(scope),
    async read({ assetName, pageNumber }, { scope }) {
      const account = scope.account;
      if (!account) return { assets: [] };
      const { rows } = await assets.search({ accountId: account.id, pageNumber, ...(assetName ? { assetName } : {}) });
      const own = rows.filter((asset) => asset.accountId === account.id);
      return { assets: own.slice(0, 25), more: own.length > 25 };
    },
  }),
  defineRead({
    name: 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
    description:
      'Reads one asset that an earlier step showed: operating system, last check-in, last reboot, and the free and total MB of its disk volumes as BMS last heard them.',
    input: z.strictObject({ assetId: z.number().int().describe('an asset id that an earlier step showed') }),
    outside: ({ assetId }, { state, scope }) => withoutAccount(scope) ?? unknownAsset(assetId, state, scope),
    async read({ assetId }, { scope }) {
      const asset = await assets.get(assetId);
      if (asset.accountId !== scope.account?.id)
        return refuse('out_of_scope', `asset id ${assetId} is not of this account`);
      return { asset };
    },
  }),
];
