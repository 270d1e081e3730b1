import { z } from 'zod';
import { caseless } from './caseless.ts';
import { readRows } from './page.ts';
import type { Transport } from './transport.ts';

const lookupSchema = caseless({ id: z.number().int(), name: z.string().nullish(), isActive: z.boolean().nullish() });

export interface LookupEntry {
  id: number;
  name: string;
}

/** Lookups with an endpoint of their own; `noteTypes` is read by table name, which differs between tenants. */
export type LookupKind = 'queues' | 'priorities' | 'statuses' | 'noteTypes';

export interface Lookups {
  /** The tenant's active entries; asked once in `ttlMs`. */
  list(kind: LookupKind): Promise<LookupEntry[]>;
  /** Forgets what is cached: the tenant refused an id, so it may have changed. */
  drop(kind: LookupKind): void;
}

const templates: Record<Exclude<LookupKind, 'noteTypes'>, string> = {
  queues: '/v2/system/queues/lookup',
  priorities: '/v2/system/priorities/lookup',
  statuses: '/v2/system/statuses/lookup',
};
const table = '/v2/system/lookup/{tableName}';

export function createLookups(
  transport: Transport,
  options: { noteTypeTable: string; ttlMs: number; now?: () => number },
): Lookups {
  const now = options.now ?? Date.now;
  const cache = new Map<LookupKind, { until: number; entries: Promise<LookupEntry[]> }>();

  const load = async (kind: LookupKind): Promise<LookupEntry[]> => {
    const request =
      kind === 'noteTypes'
        ? { template: table, params: { tableName: options.noteTypeTable } }
        : { template: templates[kind] };
    const envelope = await transport.call({ method: 'GET', ...request });
    const { rows } = readRows(lookupSchema, envelope, `GET ${request.template}`);
    // Priorities have no isActive: absent means usable.
    return rows.flatMap(({ id, name, isActive }) => (name && isActive !== false ? [{ id, name }] : []));
  };

  return {
    list(kind) {
      const cached = cache.get(kind);
      if (cached && now() < cached.until) return cached.entries;
      const entries = load(kind);
      cache.set(kind, { until: now() + options.ttlMs, entries });
      entries.catch(() => cache.delete(kind));
      return entries;
    },
    drop: (kind) => void cache.delete(kind),
  };
}

export type Resolved = { ok: true; entry: LookupEntry } | { ok: false; message: string };

/** Finds a name among a tenant's entries, without regard to case; never guesses. */
export function resolveName(what: string, name: string, entries: readonly LookupEntry[]): Resolved {
  const wanted = name.trim().toLowerCase();
  const found = entries.filter((entry) => entry.name.trim().toLowerCase() === wanted);
  const [entry] = found;
  if (entry && found.length === 1) return { ok: true, entry };
  const candidates = entries.map((candidate) => `"${candidate.name}"`).join(', ');
  const trouble = found.length > 1 ? `names ${found.length} entries` : 'is not an active entry';
  return { ok: false, message: `${what} "${name}" ${trouble} of this tenant; there are: ${candidates || 'none'}` };
}
