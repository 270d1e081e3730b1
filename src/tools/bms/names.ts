import { UpstreamError } from '../../domain/errors.ts';
import type { Bms } from '../../kaseya/bms.ts';
import type { LookupEntry, LookupKind } from '../../kaseya/lookups.ts';
import { resolveDefault, resolveEntry } from '../../kaseya/resolve-entry.ts';
import { isRefusal, type Refusal, refuse } from '../tool.ts';

type Lookups = Bms['lookups'];

const singular: Record<LookupKind, string> = {
  queues: 'queue',
  priorities: 'priority',
  statuses: 'status',
  issueTypes: 'issue type',
  assignees: 'assignee',
  noteTypes: 'note type',
  ticketTypes: 'ticket type',
  ticketSources: 'ticket source',
};

/** The tenant's active entry that a name or an id means; a refusal with the candidates when it means none, or several. */
export async function entryOf(
  kind: LookupKind,
  wanted: string | number,
  lookups: Lookups,
): Promise<LookupEntry | Refusal> {
  const resolved = resolveEntry(singular[kind], wanted, await lookups.list(kind));
  if (resolved.ok) return resolved.entry;
  return refuse(typeof wanted === 'number' ? 'unknown_id' : 'unknown_name', resolved.message);
}

/** Null in, null out. */
export const optionalEntry = (kind: LookupKind, wanted: string | number | null, lookups: Lookups) =>
  wanted === null ? Promise.resolve(null) : entryOf(kind, wanted, lookups);

/** The operator's names for what BMS requires and a caller leaves out; null: none is set. */
export interface WriteDefaults {
  noteType: string | null;
  ticketType: string | null;
  ticketSource: string | null;
  priority: string | null;
  status: string | null;
}

const settings: Record<keyof WriteDefaults, { kind: LookupKind; table: string | null }> = {
  noteType: { kind: 'noteTypes', table: 'lookups.noteTypeTable' },
  ticketType: { kind: 'ticketTypes', table: 'lookups.ticketTypeTable' },
  ticketSource: { kind: 'ticketSources', table: 'lookups.ticketSourceTable' },
  priority: { kind: 'priorities', table: null },
  status: { kind: 'statuses', table: null },
};

/**
 * The entry for what the caller left out: the operator's, else the tenant's own default, else the only one there is. Else
 * the call is refused, and the refusal names the setting that would help.
 */
export async function defaultEntry(
  name: keyof WriteDefaults,
  lookups: Lookups,
  defaults: WriteDefaults,
): Promise<LookupEntry | Refusal> {
  const { kind, table } = settings[name];
  const entries = await lookups.list(kind).catch((error: unknown) => {
    // BMS may say "not found" by a status or, under HTTP 200, as one more invalid request.
    const isRefused = error instanceof UpstreamError && (error.code === 'not_found' || error.code === 'validation');
    if (table === null || !isRefused) throw error;
    return refuse('missing_table', `this tenant has no lookup table for a ${singular[kind]}: set ${table}`);
  });
  if (isRefusal(entries)) return entries;
  const resolved = resolveDefault(singular[kind], defaults[name], entries);
  if (resolved) return resolved.ok ? resolved.entry : refuse('bad_default', `defaults.${name}: ${resolved.message}`);
  return refuse('missing_default', `BMS wants a ${singular[kind]} and nothing says which: set defaults.${name}`);
}
