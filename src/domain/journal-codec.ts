import { z } from 'zod';
import { errorMessage, TerminalError } from './errors.ts';
import { type Cost, type Entry, type EntryBody, entryBodySchema } from './journal.ts';

const VERSION = 1;

/**
 * The step by version: `upcasters[n]` makes an entry of version n + 1 out of one of version n. A release that changes
 * what an entry means raises VERSION and adds a step here, so that runs begun before it go on.
 */
const upcasters: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>> = {};

const versioned = z.looseObject({
  v: z.number().int().min(1).max(VERSION),
  at: z.string(),
  upstreamCalls: z.number().int().optional(),
});

/** An entry as Redis holds it: JSON with the version `v` and the time `at` (ISO 8601). Its step is its place there. */
export const encodeEntry = (body: EntryBody & Cost, at: string): string => JSON.stringify({ v: VERSION, at, ...body });

/**
 * Reads an entry of this version or an older one. Throws `TerminalError` `journal_unreadable` for anything else: most
 * likely a newer release wrote it.
 */
export function decodeEntry(json: string, step: number): Entry {
  try {
    const raw = versioned.parse(JSON.parse(json));
    const { v, at, upstreamCalls } = raw;
    const cost = upstreamCalls === undefined ? {} : { upstreamCalls };
    return { ...entryBodySchema.parse(upcast(raw, v)), ...cost, step, at };
  } catch (cause) {
    throw new TerminalError('journal_unreadable', `entry ${step}: ${errorMessage(cause).slice(0, 500)}`, { cause });
  }
}

function upcast(raw: Record<string, unknown>, from: number): Record<string, unknown> {
  let entry = raw;
  for (let v = from; v < VERSION; v += 1) entry = upcasters[v]?.(entry) ?? entry;
  return entry;
}
