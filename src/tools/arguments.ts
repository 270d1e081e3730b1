import type { z } from 'zod';
import { withoutMarks } from './marker.ts';

/**
 * Reads a call's arguments, JSON as a model or the service wrote it, into the tool's shape; the message names every field
 * that does not fit. Only the service sets marks, so they are taken out of all texts.
 */
export function parseArguments<I>(
  tool: { input: z.ZodType<I> },
  json: string,
): { ok: true; value: I } | { ok: false; message: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(json || '{}', (_, value) => (typeof value === 'string' ? withoutMarks(value) : value));
  } catch {
    return { ok: false, message: 'the arguments are not JSON' };
  }
  const parsed = tool.input.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
  return { ok: false, message: problems.join('; ') };
}
