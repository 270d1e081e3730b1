import { z } from 'zod';
import { UpstreamError } from '../domain/errors.ts';
import type { Envelope } from './envelope.ts';

/** One page of a list. `total` is null where BMS states none. */
export interface Rows<T> {
  rows: T[];
  total: number | null;
}

/** BMS names no maximum; 100 is what working clients use. Pages are counted from 1. */
export const maxPageSize = 100;

/** Parses an envelope's result. Throws `UpstreamError` `unreadable` with this `effect`: `unknown` after a write. */
export function readResult<T>(
  schema: z.ZodType<T>,
  { result }: Envelope,
  endpoint: string,
  effect: 'none' | 'unknown' = 'none',
): T {
  const parsed = schema.safeParse(result);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') || 'result';
  const message = `${endpoint} answered without a usable ${where}`;
  throw new UpstreamError('unreadable', message, { effect, endpoint, cause: parsed.error });
}

export const readRows = <T>(schema: z.ZodType<T>, envelope: Envelope, endpoint: string): Rows<T> => ({
  rows: readResult(z.array(schema).nullable(), envelope, endpoint) ?? [],
  total: envelope.totalRecords,
});

export interface AllRows<T> {
  rows: T[];
  /** False when the cap ended it: there may be more. */
  complete: boolean;
}

/**
 * Reads pages of `maxPageSize` to the end, at most `maxPages` of them. The end is at the total where BMS states one, else at
 * the first page that is not full.
 */
export async function allRows<T>(
  fetchPage: (pageNumber: number) => Promise<Rows<T>>,
  { maxPages = 20 } = {},
): Promise<AllRows<T>> {
  const rows: T[] = [];
  for (let pageNumber = 1; pageNumber <= maxPages; pageNumber += 1) {
    const page = await fetchPage(pageNumber);
    rows.push(...page.rows);
    const ended = page.total === null ? page.rows.length < maxPageSize : rows.length >= page.total;
    if (ended || page.rows.length === 0) return { rows, complete: true };
  }
  return { rows, complete: false };
}
