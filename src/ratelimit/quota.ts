/** The figures of one quota, as an upstream sends them. `resetSeconds` may be an epoch time (see `headers.ts`). */
export interface Quota {
  limit?: number;
  windowSeconds?: number;
  remaining?: number;
  resetSeconds?: number;
}

type Figure = number | undefined;

/** A figure that was not sent, or could not be read, is absent. */
export function quotaOf(limit: Figure, windowSeconds: Figure, remaining: Figure, resetSeconds: Figure): Quota {
  const values = Object.entries({ limit, windowSeconds, remaining, resetSeconds });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The leading whole number of a field; parameters and further items (`110;w=10`) are ignored. Undefined if there is none. */
export function integer(value: string | null | undefined): Figure {
  const digits = value?.match(/^\s*(\d{1,15})\s*(?:[;,].*)?$/)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
