import { z } from 'zod';
import { caseless } from './caseless.ts';
import { allRows, maxPageSize, readRows } from './page.ts';
import type { Transport } from './transport.ts';

const lookupSchema = caseless({
  id: z.number().int(),
  name: z.string().nullish(),
  isActive: z.boolean().nullish(),
  isDefault: z.boolean().nullish(),
});

export interface LookupEntry {
  id: number;
  name: string;
  /** BMS refuses inactive entries. They are kept, so that an error can name them as inactive. */
  isActive: boolean;
  isDefault: boolean;
}

/** Tables without an endpoint of their own. Kaseya does not publish their names, so the operator sets them. */
export interface LookupTables {
  noteTypes: string;
  ticketTypes: string;
  ticketSources: string;
}

const templates = {
  queues: '/v2/system/queues/lookup',
  priorities: '/v2/system/priorities/lookup',
  statuses: '/v2/system/statuses/lookup',
  issueTypes: '/v2/system/issuetypes/lookup',
  assignees: '/v2/hr/assignees/lookup',
};
const tableTemplate = '/v2/system/lookup/{tableName}';

export type LookupKind = keyof typeof templates | keyof LookupTables;

export interface Lookups {
  /** The tenant's entries, inactive ones too; read once in `ttlMs`. Throws `UpstreamError`. */
  list(kind: LookupKind): Promise<LookupEntry[]>;
  /** A lookup table by the tenant's own name for it. */
  table(tableName: string): Promise<LookupEntry[]>;
  /** Empties the cache: BMS refused an id, so the tables may have changed. */
  drop(): void;
}

interface Options {
  tables: LookupTables;
  ttlMs: number;
  now(): number;
}

export function createLookups(transport: Transport, { tables, ttlMs, now }: Options): Lookups {
  const cache = new Map<string, { until: number; entries: Promise<LookupEntry[]> }>();

  const once = (key: string, load: () => Promise<LookupEntry[]>): Promise<LookupEntry[]> => {
    const cached = cache.get(key);
    if (cached && now() < cached.until) return cached.entries;
    const entries = load();
    cache.set(key, { until: now() + ttlMs, entries });
    entries.catch(() => cache.delete(key));
    return entries;
  };

  const request = async (template: string, rest: { params?: Record<string, string>; query?: Record<string, number> }) =>
    readRows(lookupSchema, await transport.call({ method: 'GET', template, ...rest }), `GET ${template}`);

  const table = (tableName: string) =>
    once(`table ${tableName.toLowerCase()}`, async () =>
      entriesOf((await request(tableTemplate, { params: { tableName } })).rows),
    );

  const load = async (kind: keyof typeof templates): Promise<LookupEntry[]> => {
    const template = templates[kind];
    // Only the list of assignees is paged.
    if (kind !== 'assignees') return entriesOf((await request(template, {})).rows);
    const { rows } = await allRows((page) => request(template, { query: { PageNumber: page, PageSize: maxPageSize } }));
    return entriesOf(rows);
  };

  const isTable = (kind: LookupKind): kind is keyof LookupTables => kind in tables;

  return {
    list: (kind) => (isTable(kind) ? table(tables[kind]) : once(kind, () => load(kind))),
    table,
    drop: () => cache.clear(),
  };
}

/** Priorities and assignees have no `isActive`: absent means usable. */
const entriesOf = (rows: readonly z.infer<typeof lookupSchema>[]): LookupEntry[] =>
  rows.flatMap(({ id, name, isActive, isDefault }) =>
    name ? [{ id, name, isActive: isActive !== false, isDefault: isDefault === true }] : [],
  );

export const activeOf = (entries: readonly LookupEntry[]): LookupEntry[] => entries.filter(({ isActive }) => isActive);
