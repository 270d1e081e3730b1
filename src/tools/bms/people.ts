import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import { maxPageSize } from '../../kaseya/page.ts';
import type { ReadToolName } from '../catalogue.ts';
import { withoutAccount } from '../scope.ts';
import { defineRead, type ReadTool } from '../tool.ts';
import { maxRows, pageInput, textFilter } from './shape.ts';

/** A read of something that belongs to the run's own account. */
const ofAccount = <I>(
  name: ReadToolName,
  description: string,
  input: z.ZodType<I>,
  read: (account: { id: number; name: string }, input: I) => Promise<unknown>,
): ReadTool =>
  defineRead<I>({
    name,
    description,
    input,
    outside: (_, { scope }) => withoutAccount(scope),
    read: async (asked, { scope }) => (scope.account ? read(scope.account, asked) : {}),
  });

export const peopleTools = ({ crm }: Pick<Bms, 'crm'>) => [
  ofAccount(
    'list_all_kaseya_bms_accounts_lookups',
    "Tells this run's own account: id, name, whether it is active. Other customers are out of bounds.",
    z.strictObject({}),
    async ({ id, name }) => {
      const found = await crm.accounts({ name });
      return { accounts: found.filter((account) => account.id === id) };
    },
  ),
  ofAccount(
    'list_all_kaseya_bms_locations_lookups',
    "Lists the locations of this run's own account.",
    z.strictObject({}),
    async ({ id }) => ({ locations: await crm.locations(id) }),
  ),
  ofAccount(
    'list_all_kaseya_bms_contacts_lookups',
    "Finds contacts (the customer's people) of this run's own account by part of their name, 100 a page.",
    z.strictObject({ name: textFilter, pageNumber: pageInput }),
    async ({ id }, { name, pageNumber }) => {
      const contacts = await crm.contacts(id, { name: name ?? undefined, pageNumber });
      return { contacts, more: contacts.length < maxPageSize ? null : `ask for pageNumber ${pageNumber + 1}` };
    },
  ),
  ofAccount(
    'list_all_kaseya_bms_contracts_lookups',
    `Lists the running contracts of this run's own account with their service levels, at most ${maxRows}.`,
    z.strictObject({}),
    async ({ id }) => {
      const contracts = await crm.contracts(id);
      return { contracts: contracts.slice(0, maxRows), total: contracts.length };
    },
  ),
];
