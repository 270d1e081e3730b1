import { createHash } from 'node:crypto';
import { errorMessage, isTransient, RetryableError, UpstreamError } from '../domain/errors.ts';
import { fenced } from '../domain/fence.ts';
import type { EntryBody } from '../domain/journal.ts';
import type { CallState, Intent, RunState } from '../domain/run-state.ts';
import type { RmmRow } from '../kaseya/rmm.ts';
import { markOf } from './marker.ts';
import type { AsWanted, CallTool, ReadBack, ToolContext, Trace, WriteTool, Written } from './tool.ts';

/** What became of one call: it has its result, or nothing more can be done before `until` (ms since the epoch). */
export type Progress = 'settled' | { until: number };

export type WriteIntended = Extract<EntryBody, { type: 'write_intended' }>;

export interface LedgerDeps {
  append(body: EntryBody): Promise<void>;
  /** Appends the intent and puts the row into the queue of its action, both or neither. */
  queueRow(intent: WriteIntended, transactionId: string, item: RmmRow): Promise<void>;
  /** Throws when another worker has taken the run over. */
  check(): Promise<void>;
  /** How long an RMM job may take before its outcome counts as unknown. */
  jobDeadlineMs: number;
  /** How long to look for a write whose answer was lost before handing it to a person. */
  readBackMs: number;
  /** How long a write may still turn up after we stopped waiting for its answer: before that, absent means "not yet". */
  absentAfterMs: number;
  now(): number;
}

/** Before the first look again for a write whose answer was lost. */
const firstReadBackMs = 5_000;
/** How often one write is sent, when BMS proves every time that it did not arrive. */
const maxTries = 3;

/** Writes down what is about to be written, then sends it or queues it for its action's next batch. */
export async function write(
  tool: WriteTool,
  args: unknown,
  writeKey: string,
  context: ToolContext,
  deps: LedgerDeps,
): Promise<Progress> {
  const { callId } = context;
  const trace = traceOf(context);
  const intent = { type: 'write_intended', callId, tool: tool.name, args, writeKey, marker: trace.marker } as const;
  if ('row' in tool) {
    const item = tool.row(args as never, trace);
    await deps.queueRow({ ...intent, batch: item.action }, trace.transactionId, item);
    return { until: deps.now() + firstCheckMs };
  }
  await deps.append({ ...intent, batch: null });
  return send(tool, args, context, deps);
}

/** Sends a write whose intent is in the journal, and records what came of it. */
async function send(tool: CallTool, args: unknown, context: ToolContext, deps: LedgerDeps): Promise<Progress> {
  const { callId } = context;
  try {
    const written = await fenced(deps.check, () => tool.write(args as never, traceOf(context), context));
    return await record(written, context, deps);
  } catch (error) {
    if (wasNotSent(error)) {
      const message = errorMessage(error);
      await deps.append({ type: 'write_done', callId, outcome: 'not_sent', message, data: null, ticket: null });
      throw error;
    }
    if (!(error instanceof UpstreamError)) throw error;
    // The answer is lost: the next look at this call finds the intent and reads back.
    if (error.effect === 'unknown') return { until: deps.now() + firstReadBackMs };
    return refused(callId, error.message, deps);
  }
}

/** The write never reached BMS, for a reason that passes: no permit, no connection, no sign-in. */
const wasNotSent = (error: unknown): boolean =>
  error instanceof RetryableError || (error instanceof UpstreamError && error.effect === 'none' && isTransient(error));

async function record(written: Written, context: ToolContext, deps: LedgerDeps): Promise<Progress> {
  const { callId } = context;
  if (written.kind === 'done') {
    const { message, data, ticket } = written;
    await deps.append({ type: 'write_done', callId, outcome: 'done', message, data, ticket });
    return 'settled';
  }
  const until = deps.now() + deps.jobDeadlineMs;
  const { jobId, family } = written;
  const { transactionId } = traceOf(context);
  const job = { jobId, family, transactionId, deadline: new Date(until).toISOString() };
  await deps.append({ type: 'rmm_job_submitted', callId, job });
  return { until };
}

/**
 * A write was intended and its answer is not known: look upstream before anything is repeated. `objection` tells why it may
 * not be made any more, if it was not: people go on meanwhile.
 */
export async function readBackWrite(
  { id, intent }: CallState,
  tool: WriteTool,
  context: ToolContext,
  deps: LedgerDeps,
  objection: (args: unknown) => Promise<string | null>,
): Promise<Progress> {
  if (!intent) return 'settled';
  const age = deps.now() - Date.parse(intent.lostAt ?? intent.at);
  const found = await readBack(tool, intent.args, context);
  // A look that failed tells nothing, however late it is.
  if (found === 'unreachable') return readBackLater(age, deps);
  if (typeof found === 'object' && found.kind !== 'as_wanted') return record(found, context, deps);
  if (found === 'absent' && age >= deps.absentAfterMs) {
    if (context.state.cancelledBy !== null) return refused(id, 'the run was cancelled before it arrived', deps);
    if (intent.tries >= maxTries)
      return refused(id, `sent ${intent.tries} times; BMS shows each time that it did not arrive`, deps);
    const against = await objection(intent.args);
    if (against) return refused(id, `it did not arrive, and is not sent again: ${against}`, deps);
    return write(tool, intent.args, intent.writeKey, context, deps);
  }
  if (found !== 'undecidable' && age < deps.readBackMs) return { until: deps.now() + nextReadBackAge(age, deps) - age };
  await deps.append(typeof found === 'object' ? asWanted(id, found) : undecidable(id, intent, deps.now()));
  return 'settled';
}

/** At which age to look next: ever later, as each look is a call, but at once when a look begins to say more. */
function nextReadBackAge(ageMs: number, { absentAfterMs, readBackMs: settleMs }: LedgerDeps): number {
  const saysMore = [absentAfterMs, settleMs].filter((at) => at > ageMs);
  return Math.min(ageMs + Math.max(ageMs / 2, firstReadBackMs), ...saysMore);
}

const asWanted = (callId: string, { message, ticket }: AsWanted): EntryBody => ({
  type: 'write_done',
  ...{ callId, outcome: 'as_wanted', message, data: null, ticket },
});

/** Waiting as long again as it has taken so far backs off without keeping a count. */
const readBackLater = (ageMs: number, { now }: LedgerDeps, leastMs = firstReadBackMs): Progress => ({
  until: now() + Math.min(Math.max(ageMs, leastMs), lastCheckMs),
});

/** For a person: what was sent, when, and what was looked at in vain. */
function undecidable(callId: string, { tool, marker, at, args }: Intent, now: number): EntryBody {
  const lookedAt = new Date(now).toISOString();
  const message = `the answer to ${tool}, sent after ${at}, was lost, and looking for "${marker}" in BMS until ${lookedAt} does not tell whether it was done`;
  const data = { sent: args, sentAfter: at, marker, lookedAt };
  return { type: 'write_done', callId, outcome: 'undecidable', message, data, ticket: null };
}

/** `unreachable`: BMS did not answer, for a reason that passes. What it refuses to show stays `pending`. */
const readBack = (tool: WriteTool, args: unknown, context: ToolContext): Promise<ReadBack | 'unreachable'> =>
  tool.readBack(args as never, traceOf(context), context).catch((error: unknown) => {
    if (error instanceof UpstreamError) return isTransient(error) ? 'unreachable' : 'pending';
    throw error;
  });

async function refused(callId: string, message: string, deps: LedgerDeps): Promise<Progress> {
  await deps.append({ type: 'write_done', callId, outcome: 'refused', message, data: null, ticket: null });
  return 'settled';
}

/** First look after a row that nobody seems to submit; later looks come ever later. */
const firstCheckMs = 15_000;
const lastCheckMs = 300_000;

/** The submitter tells what becomes of the row. Looking again only makes sure that there is one. */
export function awaitBatch({ intent }: CallState, deps: LedgerDeps): Progress {
  return readBackLater(deps.now() - Date.parse(intent?.at ?? ''), deps, firstCheckMs);
}

/**
 * The poller, or whoever else has it, writes the result. A job that has not reported by its deadline is unknown, unless
 * BMS shows that the write was done: what is there needs no report.
 */
export async function awaitJob(
  { job, intent }: CallState,
  tool: WriteTool,
  context: ToolContext,
  deps: LedgerDeps,
): Promise<Progress> {
  if (!job) return 'settled';
  const { transactionId } = job;
  const overdue = deps.now() - Date.parse(job.deadline);
  if (overdue < 0) return { until: Date.parse(job.deadline) };
  const found = await readBack(tool, intent?.args, context);
  if (found === 'unreachable') return readBackLater(overdue, deps);
  if (typeof found === 'object' && found.kind === 'as_wanted') {
    await deps.append(asWanted(context.callId, found));
    return 'settled';
  }
  const verdict =
    typeof found === 'object' && found.kind === 'done'
      ? {
          outcome: 'succeeded' as const,
          message: `nothing by its deadline, but ${found.message}`,
          ticket: found.ticket,
        }
      : { outcome: 'unknown' as const, message: 'the job did not report before its deadline', ticket: null };
  await deps.append({ type: 'rmm_job_finished', transactionId, ...verdict });
  return 'settled';
}

/** Within a run, equal writes are one write. One that BMS refused may be tried again. */
export function earlierDuplicate(state: RunState, callId: string, writeKey: string): CallState | undefined {
  return [...state.calls.values()].find(({ id, intent, result }) => {
    if (id === callId || intent?.writeKey !== writeKey) return false;
    return !(result?.kind === 'write' && result.outcome === 'refused');
  });
}

export const keyOf = (tool: string, args: unknown): string =>
  createHash('sha256')
    .update(`${tool} ${JSON.stringify(args)}`)
    .digest('hex')
    .slice(0, 32);

/** How a write can be found again in BMS. */
export const traceOf = ({ runId, callId }: Pick<ToolContext, 'runId' | 'callId'>): Trace => ({
  marker: markOf(runId, callId),
  transactionId: `${runId}.${callId}`,
});
