import { z } from 'zod';
import { errorCodes, Refusal } from './wire.ts';

/** An object whose keys BMS reads in any letter case; unknown ones are ignored. */
export function caseless<T extends z.ZodRawShape>(shape: T) {
  const known = new Map(Object.keys(shape).map((key) => [key.toLowerCase(), key]));
  const rename = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [known.get(key.toLowerCase()) ?? key, member]),
    );
  };
  return z.preprocess(rename, z.object(shape));
}

export const text = z.string();
/** Text that may not be blank, as .NET's `[Required]` has it. */
export const filledText = z.string().regex(/\S/);
export const int = z.number().int();
export const flag = z.boolean();
export const date = z.string().refine((value) => !Number.isNaN(Date.parse(value)), 'is not a date');

/** Parses a body or refuses it; a missing field and one of the wrong type are different errors. */
export function readFields<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {}, { reportInput: true });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const absent = issues.filter(isMissing);
  if (absent.length === issues.length) {
    const subErrors = absent.map((issue) => `${issue.path.join('.')} is required`);
    throw new Refusal(400, errorCodes.missing, 'Required fields are missing', subErrors);
  }
  const wrong = issues.filter((issue) => !isMissing(issue));
  const subErrors = wrong.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  throw new Refusal(400, errorCodes.malformed, 'The request is not valid', subErrors);
}

const isMissing = ({ path, input }: z.core.$ZodIssue) =>
  path.length > 0 && (input === undefined || input === null || (typeof input === 'string' && input.trim() === ''));
