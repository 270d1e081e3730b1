import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import { unknownAsset, withoutAccount } from '../scope.ts';
import { defineRead, isRefusal, refuse } from '../tool.ts';
import { ownContact } from './owned.ts';
import { assetIdInput, maxRows, moreOf, optionalName, pageInput, textFilter } from './shape.ts';

export const assetTools = ({ assets, crm }: Pick<Bms, 'assets' | 'crm'>) => [
  defineRead({
    name: 'list_all_kaseya_bms_hardwareasset_searchselects',
    description: `Finds hardware assets of this run's own account: by part of their name, by the contact who uses them, by serial number or address; null leaves a filter out. ${maxRows} a page.`,
    input: z.strictObject({
      assetName: textFilter,
      pageNumber: pageInput,
      contact: optionalName('name or id of a contact of this account'),
      serialNumber: textFilter,
      ipAddress: textFilter,
      isActive: z.boolean().nullable().default(null),
    }),
    outside: (_, { scope }) => withoutAccount(scope),
    async read({ assetName, contact, serialNumber, ipAddress, isActive, pageNumber }, context) {
      const accountId = context.scope.account?.id;
      const who = contact === null ? null : await ownContact(contact, crm, context);
      if (isRefusal(who)) return who;
      const { rows } = await assets.search({
        accountId,
        contactId: who?.id,
        assetName: assetName ?? undefined,
        serialNumber: serialNumber ?? undefined,
        ipAddress: ipAddress ?? undefined,
        isActive: isActive ?? undefined,
        pageNumber,
        pageSize: maxRows,
      });
      return { assets: rows.filter((asset) => asset.accountId === accountId), ...moreOf(rows, pageNumber) };
    },
  }),
  defineRead({
    name: 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
    description:
      'Reads one asset that an earlier step showed: operating system, last check-in, last reboot, and the free and total MB of its disk volumes as BMS last heard them.',
    input: z.strictObject({ assetId: assetIdInput }),
    outside: ({ assetId }, context) => withoutAccount(context.scope) ?? unknownAsset(assetId, context),
    async read({ assetId }, { scope }) {
      const asset = await assets.get(assetId);
      if (asset.accountId !== scope.account?.id)
        return refuse('out_of_scope', `asset id ${assetId} is not of this account`);
      return { asset };
    },
  }),
  defineRead({
    name: 'list_all_kaseya_bms_hardwareasset_tickets',
    description: `Lists the tickets that one asset had, open and closed, ${maxRows} a page: does the fault come back?`,
    input: z.strictObject({ assetId: assetIdInput, pageNumber: pageInput }),
    outside: ({ assetId }, context) => withoutAccount(context.scope) ?? unknownAsset(assetId, context),
    async read({ assetId, pageNumber }, { scope }) {
      const { rows } = await assets.tickets(assetId, { pageNumber, pageSize: maxRows });
      const own = rows.filter(({ accountId }) => accountId === scope.account?.id);
      const tickets = own.map(({ ticketNumber: number, statusName: status, priorityName: priority, ...ticket }) => ({
        ...{ id: ticket.id, number, title: ticket.title, status, priority },
        ...{ createdOn: ticket.createdOn, completedDate: ticket.completedDate },
      }));
      return { tickets, ...moreOf(rows, pageNumber) };
    },
  }),
];
