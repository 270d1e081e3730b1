/** Plain figures of one quota, as an upstream sends them. */
export interface Quota {
  limit?: number;
  windowSeconds?: number;
  remaining?: number;
  resetSeconds?: number;
}

type Figure = number | undefined;

/** What was not sent, or could not be read, is absent. */
export function quotaOf(limit: Figure, windowSeconds: Figure, remaining: Figure, resetSeconds: Figure): Quota {
  const values = Object.entries({ limit, windowSeconds, remaining, resetSeconds });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The leading figure, whatever parameters or further items follow (`110;w=10`). */
export function integer(value: string | null | undefined): Figure {
  const digits = value?.match(/^\s*(\d{1,15})\s*(?:[;,].*)?$/)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
