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
  /** An inactive entry is refused by BMS; it is kept to be named as such. */
  isActive: boolean;
  isDefault: boolean;
}

/** Tables without an endpoint of their own: Kaseya does not publish their names, so they are the operator's to set. */
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
  /** The tenant's entries, inactive ones too; asked once in `ttlMs`. */
  list(kind: LookupKind): Promise<LookupEntry[]>;
  /** A lookup table by the tenant's own name for it. */
  table(tableName: string): Promise<LookupEntry[]>;
  /** Forgets what is cached: the tenant refused an id, so it may have changed. */
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

export type Resolved<T> = { ok: true; entry: T } | { ok: false; message: string };

interface Named {
  id: number;
  name: string;
  isActive?: boolean | null | undefined;
}

/** Finds a name, without regard to case, or an id among a tenant's entries; never guesses. */
export function resolveEntry<T extends Named>(
  what: string,
  wanted: string | number,
  entries: readonly T[],
): Resolved<T> {
  const usable = entries.filter(({ isActive }) => isActive !== false);
  const found = usable.filter(matches(wanted));
  const [entry] = found;
  if (entry && found.length === 1) return { ok: true, entry };
  const isInactive = found.length === 0 && entries.some(matches(wanted));
  const trouble =
    found.length > 1
      ? `names ${found.length} entries of this tenant (ids ${found.map(({ id }) => id).join(', ')}): give the id`
      : isInactive
        ? 'is an inactive entry of this tenant'
        : `is not an active entry of this tenant${typeof wanted === 'number' ? ': use the name' : ''}`;
  const named = typeof wanted === 'number' ? `${what} id ${wanted}` : `${what} "${wanted}"`;
  return { ok: false, message: `${named} ${trouble}; there are: ${candidatesFor(wanted, usable)}` };
}

/**
 * The entry for what nothing names: the operator's (`configured`, which must be found), else the tenant's own default,
 * else its only active entry. Null: there is none of these, or several defaults.
 */
export function resolveDefault(
  what: string,
  configured: string | null,
  entries: readonly LookupEntry[],
): Resolved<LookupEntry> | null {
  if (configured !== null) return resolveEntry(what, configured, entries);
  const active = activeOf(entries);
  const own = active.filter(({ isDefault }) => isDefault);
  const [entry, ...others] = own.length === 1 ? own : active;
  return entry && others.length === 0 ? { ok: true, entry } : null;
}

const normal = (name: string) => name.trim().toLowerCase();

function matches(wanted: string | number) {
  if (typeof wanted === 'number') return ({ id }: Named) => id === wanted;
  return ({ name }: Named) => normal(name) === normal(wanted);
}

const maxCandidates = 20;

/** The names that share a word with what was asked, else the first ones. */
function candidatesFor(wanted: string | number, entries: readonly Named[]): string {
  const words = new Set(normal(String(wanted)).split(/\W+/).filter(Boolean));
  const close = entries.filter(({ name }) =>
    normal(name)
      .split(/\W+/)
      .some((word) => words.has(word)),
  );
  const shown = (entries.length > maxCandidates && close.length > 0 ? close : entries).slice(0, maxCandidates);
  const rest = entries.length - shown.length;
  return `${shown.map(({ name }) => `"${name}"`).join(', ') || 'none'}${rest > 0 ? ` and ${rest} more` : ''}`;
}
