import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import { activeOf, type LookupEntry, type LookupKind } from '../../kaseya/lookups.ts';
import type { ReadToolName } from '../catalogue.ts';
import { defineRead } from '../tool.ts';
import { textFilter } from './shape.ts';

const maxEntries = 100;

/** Active entries by part of their name; a tenant may have hundreds of issue types. */
function shown(entries: readonly LookupEntry[], part: string | null) {
  const wanted = part?.toLowerCase() ?? '';
  const found = activeOf(entries).filter(({ name }) => name.toLowerCase().includes(wanted));
  return { rows: found.slice(0, maxEntries).map(({ id, name }) => ({ id, name })), total: found.length };
}

const lookup = (lookups: Bms['lookups'], kind: LookupKind, what: string, name: ReadToolName) =>
  defineRead({
    name,
    description: `Lists the tenant's active ${what} with their ids. Tools that take a name look it up themselves.`,
    input: z.strictObject({ name: textFilter.describe('part of the name; null for all') }),
    outside: () => null,
    async read(asked) {
      const { rows, total } = shown(await lookups.list(kind), asked.name);
      return { [kind]: rows, total };
    },
  });

export const lookupTools = ({ lookups }: Pick<Bms, 'lookups'>) => [
  lookup(lookups, 'queues', 'queues', 'list_all_kaseya_bms_queues_lookups'),
  lookup(lookups, 'priorities', 'priorities', 'list_all_kaseya_bms_priorities_lookups'),
  lookup(lookups, 'statuses', 'ticket statuses', 'list_all_kaseya_bms_statuses_lookups'),
  lookup(lookups, 'issueTypes', 'issue types', 'list_all_kaseya_bms_issuetypes_lookups'),
  lookup(lookups, 'assignees', 'employees who can be given a ticket', 'list_all_kaseya_bms_assignees_lookups'),
  lookup(lookups, 'noteTypes', 'note types', 'list_all_kaseya_bms_notetypes_lookups'),
  lookup(lookups, 'ticketTypes', 'ticket types', 'list_all_kaseya_bms_tickettypes_lookups'),
  lookup(lookups, 'ticketSources', 'ticket sources', 'list_all_kaseya_bms_ticketsources_lookups'),
  defineRead({
    name: 'list_all_kaseya_bms_system_lookups',
    description:
      'Lists the active entries of any other lookup table, by the table name that the tenant uses; Kaseya publishes no list of these names.',
    input: z.strictObject({
      tableName: z.string().regex(/^\w{1,100}$/, 'is letters, digits and underscores'),
      name: textFilter.describe('part of the name; null for all'),
    }),
    outside: () => null,
    async read({ tableName, name }) {
      const { rows, total } = shown(await lookups.table(tableName), name);
      return { entries: rows, total };
    },
  }),
];
