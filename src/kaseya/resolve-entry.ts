import { activeOf, type LookupEntry } from './lookups.ts';

export type Resolved<T> = { ok: true; entry: T } | { ok: false; message: string };

interface Named {
  id: number;
  name: string;
  isActive?: boolean | null | undefined;
}

/**
 * Finds the active entry of this name (without regard to case) or id. Never guesses: an unknown, inactive or ambiguous name
 * is refused with a message that lists the candidates. `what` names the kind of entry in that message.
 */
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

/** The names that share a word with the wanted one, else the first names. */
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
