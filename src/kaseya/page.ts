import { z } from 'zod';
import { UpstreamError } from '../errors.ts';
import type { Envelope } from './envelope.ts';

/** One page of a list. `total` is null where BMS does not say it. */
export interface Rows<T> {
  rows: T[];
  total: number | null;
}

/** BMS names no maximum; 100 is what working clients use. Pages are counted from 1. */
export const maxPageSize = 100;

/** `effect` is what a result that cannot be read leaves open: `unknown` after a write. */
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
