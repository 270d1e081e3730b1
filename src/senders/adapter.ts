import { z } from 'zod';
import { type Alert, cleanText } from '../domain/alert.ts';
import { problem } from '../http/errors.ts';

/** What the service adds to what the sender says. */
export interface Delivery {
  connection: string;
  receivedAt: string;
  newId(): string;
}

/** Turns one sender's payload into alerts. Throws 422 that names the field which does not fit. */
export type Adapter = (payload: unknown, delivery: Delivery) => Alert[];

/** Text of which something is left once what cannot be seen is gone: it names an alert, or is its title. */
export const visible = z.string().refine((value) => cleanText(value, 1) !== '', 'must hold visible text');

/** A thousand alerts may each be wrong in ten fields: the first few show the way. */
const maxProblems = 10;

export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown, hint: string): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, maxProblems)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw problem(422, { code: 'payload_not_understood', message: problems.join('; '), hint });
}
