import { isTransient, UpstreamError } from '../domain/errors.ts';
import type { EntryBody } from '../domain/journal.ts';
import type { CallState, Intent } from '../domain/run-state.ts';
import { firstReadBackMs, type LedgerDeps, type Progress, record, recordRefused, traceOf, write } from './ledger.ts';
import type { AsWanted, ReadBack, ToolContext, WriteTool } from './tool.ts';

/** How often one write is sent, when BMS proves every time that it did not arrive. */
const maxTries = 3;
const longestWaitMs = 300_000;

/**
 * Goes on with a write that was intended and whose answer is not known: BMS is read before anything is sent again.
 * `objection` says why a write that did not arrive may no longer be sent, for example because a person has taken the
 * ticket up.
 */
export async function readBackWrite(
  { id, intent }: CallState,
  tool: WriteTool,
  context: ToolContext,
  deps: LedgerDeps,
  objection: (args: unknown) => Promise<string | null>,
): Promise<Progress> {
  if (!intent) return 'done';
  const age = deps.now() - Date.parse(intent.lostAt ?? intent.at);
  const found = await readBack(tool, intent.args, context);
  // A read that failed shows nothing, however late it is.
  if (found === 'unreachable') return backOff(age, deps);
  if (typeof found === 'object' && found.kind !== 'as_wanted') return record(found, context, deps);
  if (found === 'absent' && age >= deps.absentAfterMs) {
    if (context.state.cancelledBy !== null) return recordRefused(id, 'the run was cancelled before it arrived', deps);
    if (intent.tries >= maxTries)
      return recordRefused(id, `sent ${intent.tries} times; BMS shows each time that it did not arrive`, deps);
    const against = await objection(intent.args);
    if (against) return recordRefused(id, `it did not arrive, and is not sent again: ${against}`, deps);
    return write(tool, intent.args, intent.writeKey, context, deps);
  }
  if (found !== 'undecidable' && age < deps.readBackMs) return { until: deps.now() + nextReadBackAge(age, deps) - age };
  await deps.append(typeof found === 'object' ? asWanted(id, found) : undecidable(id, intent, deps.now()));
  return 'done';
}

/** `unreachable`: BMS did not answer, for a reason that passes. What it refuses to show stays `pending`. */
export const readBack = (tool: WriteTool, args: unknown, context: ToolContext): Promise<ReadBack | 'unreachable'> =>
  tool.readBack(args as never, traceOf(context), context).catch((error: unknown) => {
    if (error instanceof UpstreamError) return isTransient(error) ? 'unreachable' : 'pending';
    throw error;
  });

/** Each wait is as long as the time passed so far: a back-off that needs no counter. */
export const backOff = (ageMs: number, { now }: Pick<LedgerDeps, 'now'>, leastMs = firstReadBackMs): Progress => ({
  until: now() + Math.min(Math.max(ageMs, leastMs), longestWaitMs),
});

/** The age at which to read next: later each time, as a read is a call, but at once when its answer begins to mean more. */
function nextReadBackAge(ageMs: number, { absentAfterMs, readBackMs }: LedgerDeps): number {
  const decisive = [absentAfterMs, readBackMs].filter((at) => at > ageMs);
  return Math.min(ageMs + Math.max(ageMs / 2, firstReadBackMs), ...decisive);
}

export const asWanted = (callId: string, { message, ticket }: AsWanted): EntryBody => ({
  type: 'write_done',
  ...{ callId, outcome: 'as_wanted', message, data: null, ticket },
});

/** For a person: what was sent, when, and what BMS was searched for in vain. */
function undecidable(callId: string, { tool, marker, at, args }: Intent, now: number): EntryBody {
  const lookedAt = new Date(now).toISOString();
  const message = `the answer to ${tool}, sent after ${at}, was lost, and searching BMS for "${marker}" until ${lookedAt} does not show whether it was done`;
  const data = { sent: args, sentAfter: at, marker, lookedAt };
  return { type: 'write_done', callId, outcome: 'undecidable', message, data, ticket: null };
}
