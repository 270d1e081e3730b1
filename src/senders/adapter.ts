import { z } from 'zod';
import { type Alert, cleanText } from '../domain/alert.ts';
import { PayloadError } from '../domain/errors.ts';

/** What the service adds to what the sender says. */
export interface Delivery {
  connection: string;
  receivedAt: string;
  newId(): string;
}

/** Turns one sender's payload into alerts. Throws `PayloadError`, which names the fields that do not fit. */
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
  throw new PayloadError(problems.join('; '), hint);
}
