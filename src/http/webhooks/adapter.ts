import type { z } from 'zod';
import type { Alert } from '../../alert.ts';
import { problem } from '../errors.ts';

/** What the service adds to what the sender says. */
export interface Delivery {
  connection: string;
  receivedAt: string;
  newId(): string;
}

/** Turns one sender's payload into alerts. Throws 422 that names the field which does not fit. */
export type Adapter = (payload: unknown, delivery: Delivery) => Alert[];

export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown, hint: string): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw problem(422, { code: 'payload_not_understood', message: problems.join('; '), hint });
}
