import { z } from 'zod';
import { cleanText, type Severity } from '../domain/alert.ts';
import type { Decode } from '../domain/delivery.ts';
import { PayloadError } from '../domain/errors.ts';

/** One sender's way to alerts; a file of `src/senders` for each. */
export type Adapter = Decode;

/** Text that still shows something without its invisible characters: an alert's name or title. */
export const visible = z.string().refine((value) => cleanText(value, 1) !== '', 'must hold visible text');

/** Optional text of at most `max` characters; null when there is nothing to see. */
export const capped = (value: string | null | undefined, max: number): string | null =>
  (value && cleanText(value, max)) || null;

/** The words of one sender for the severities that the service knows, in lower case. */
export type SeverityWords = Readonly<Record<string, Severity>>;

/** Without regard to case. Only the words of the table count: `constructor` and `__proto__` are no severities. */
export function toSeverity(word: string | null | undefined, words: SeverityWords): Severity {
  const known = (word ?? '').toLowerCase();
  return (Object.hasOwn(words, known) && words[known]) || 'unknown';
}

/** A thousand alerts may each be wrong in ten fields; the first few are enough to correct the template. */
const maxProblems = 10;

/** Throws `PayloadError` with `hint`, which says where the right form is described. */
export function parsePayload<T>(schema: z.ZodType<T>, payload: unknown, hint: string): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, maxProblems)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  throw new PayloadError(problems.join('; '), hint);
}
