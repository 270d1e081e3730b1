interface Named {
  id: number;
  name: string;
}

/** For what the tenant is known to have; a tenant without it is a mistake in this simulator. */
export function named<T extends Named>(entries: readonly T[], name: string): T {
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`the tenant has no "${name}"`);
  return entry;
}

export const byId = <T extends Named>(entries: readonly T[], id: number | null | undefined): T | undefined =>
  entries.find((entry) => entry.id === id);
