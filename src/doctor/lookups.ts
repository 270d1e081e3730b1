import { errorMessage } from '../domain/errors.ts';
import type { Bms } from '../kaseya/bms.ts';
import { activeOf, type LookupEntry, type LookupKind } from '../kaseya/lookups.ts';
import { resolveDefault } from '../kaseya/resolve-entry.ts';
import { type Finding, failure, good, warning } from './finding.ts';

/** A name that the configuration gives, and the lookup that must hold it. */
export interface ConfiguredName {
  setting: string;
  kind: LookupKind;
  /** Null: not set, so the tenant must have a default of its own. */
  name: string | null;
}

const tableSettings: Partial<Record<LookupKind, string>> = {
  noteTypes: 'lookups.noteTypeTable',
  ticketTypes: 'lookups.ticketTypeTable',
  ticketSources: 'lookups.ticketSourceTable',
};

/** Can every lookup that names are resolved against be read, and does it hold the configured names? */
export async function checkLookups(bms: Bms, names: readonly ConfiguredName[]): Promise<Finding[]> {
  const kinds = [...new Set(names.map(({ kind }) => kind))];
  const findings: Finding[] = [];
  for (const kind of kinds) {
    try {
      const entries = await bms.lookups.list(kind);
      findings.push(
        ...judgeLookup(kind, entries),
        ...names.filter((n) => n.kind === kind).map((n) => judgeName(n, entries)),
      );
    } catch (error) {
      const setting = tableSettings[kind];
      const fix = setting ? `set ${setting} to the table's name in your tenant` : "give the user's role access to it";
      findings.push(failure(`lookup ${kind}`, errorMessage(error), fix));
    }
  }
  return findings;
}

function judgeLookup(kind: LookupKind, entries: readonly LookupEntry[]): Finding[] {
  const check = `lookup ${kind}`;
  const active = activeOf(entries);
  const names = active.map(({ name }) => name.trim().toLowerCase());
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (active.length === 0) return [failure(check, 'holds no active entry', 'activate one in BMS')];
  if (doubled.length === 0) return [good(check, `${active.length} active, ${entries.length - active.length} inactive`)];
  const list = doubled.map((name) => `"${name}"`).join(', ');
  return [
    warning(check, `several entries are called ${list}, so these names are refused`, 'rename all but one in BMS'),
  ];
}

function judgeName({ setting, name, kind }: ConfiguredName, entries: readonly LookupEntry[]): Finding {
  const resolved = resolveDefault(kind, name, entries);
  if (resolved === null) return noDefault(setting, entries);
  if (!resolved.ok) return failure(setting, resolved.message, `change ${setting}`);
  return good(setting, name === null ? `not set; the tenant's own is "${resolved.entry.name}"` : `"${name}" exists`);
}

function noDefault(setting: string, entries: readonly LookupEntry[]): Finding {
  const choice = activeOf(entries)
    .slice(0, 8)
    .map(({ name }) => `"${name}"`);
  return warning(setting, 'not set, and the tenant has no default of its own', `set ${setting}: ${choice.join(', ')}`);
}
