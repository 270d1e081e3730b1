import { z } from 'zod';
import type { Bms } from '../../kaseya/bms.ts';
import type { LookupKind } from '../../kaseya/lookups.ts';
import { defineRead } from '../tool.ts';

const lookup = (lookups: Bms['lookups'], kind: LookupKind, name: string) =>
  defineRead({
    name,
    description: `Lists the tenant's active ${kind} with their ids. Tools that take a name look it up themselves.`,
    input: z.strictObject({}),
    outside: () => null,
    read: async () => ({ [kind]: await lookups.list(kind) }),
  });

export const lookupTools = ({ lookups }: Pick<Bms, 'lookups'>) => [
  lookup(lookups, 'queues', 'list_all_kaseya_bms_queues_lookups'),
  lookup(lookups, 'priorities', 'list_all_kaseya_bms_priorities_lookups'),
  lookup(lookups, 'statuses', 'list_all_kaseya_bms_statuses_lookups'),
];
