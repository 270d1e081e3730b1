import { createHash } from 'node:crypto';
import { errorMessage, isTransient, RetryableError, UpstreamError } from '../domain/errors.ts';
import { fenced } from '../domain/fence.ts';
import type { EntryBody } from '../domain/journal.ts';
import type { CallState, RunState } from '../domain/run-state.ts';
import type { RmmRow } from '../kaseya/rmm.ts';
import { markOf } from './marker.ts';
import type { CallTool, ToolContext, Trace, WriteTool, Written } from './tool.ts';

/** Where one call stands after a step: it has its result, or nothing more can be done before `until` (Unix time, ms). */
export type Progress = 'done' | { until: number };

export type WriteIntended = Extract<EntryBody, { type: 'write_intended' }>;

export interface LedgerDeps {
  append(body: EntryBody): Promise<void>;
  /** Appends the intent and puts the row into the queue of its action, both or neither. */
  queueRow(intent: WriteIntended, transactionId: string, item: RmmRow): Promise<void>;
  /** Throws when another worker has taken the run over. */
  check(): Promise<void>;
  /** How long an RMM job may take before its outcome counts as unknown, ms. */
  jobDeadlineMs: number;
  /** How long BMS is read for a write whose answer was lost before a person gets it, ms. */
  readBackMs: number;
  /** How long a write may still turn up after the wait for its answer ended, ms: before that, absent means "not yet". */
  absentAfterMs: number;
  now(): number;
}

/** The age at which a write whose answer was lost is first read back. */
export const firstReadBackMs = 5_000;
/** A row waits at least this long for its batch's submitter. */
export const firstCheckMs = 15_000;

/** Journals what is about to be written, then sends it, or queues it for its action's next batch. */
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
    // The answer is lost: the next step of this call finds the intent and reads back.
    if (error.effect === 'unknown') return { until: deps.now() + firstReadBackMs };
    return recordRefused(callId, error.message, deps);
  }
}

/** The write never reached BMS, for a reason that passes: no permit, no connection, no sign-in. */
const wasNotSent = (error: unknown): boolean =>
  error instanceof RetryableError || (error instanceof UpstreamError && error.effect === 'none' && isTransient(error));

/** Journals what BMS answered: the outcome, or the job that will have one. */
export async function record(written: Written, context: ToolContext, deps: LedgerDeps): Promise<Progress> {
  const { callId } = context;
  if (written.kind === 'done') {
    const { message, data, ticket } = written;
    await deps.append({ type: 'write_done', callId, outcome: 'done', message, data, ticket });
    return 'done';
  }
  const until = deps.now() + deps.jobDeadlineMs;
  const { jobId, family } = written;
  const { transactionId } = traceOf(context);
  const job = { jobId, family, transactionId, deadline: new Date(until).toISOString() };
  await deps.append({ type: 'rmm_job_submitted', callId, job });
  return { until };
}

/** Journals that the write certainly had no effect. */
export async function recordRefused(callId: string, message: string, deps: LedgerDeps): Promise<Progress> {
  await deps.append({ type: 'write_done', callId, outcome: 'refused', message, data: null, ticket: null });
  return 'done';
}

/** Within a run, equal writes are one write. One that BMS refused may be tried again. */
export function earlierDuplicate(state: RunState, callId: string, writeKey: string): CallState | undefined {
  return [...state.calls.values()].find(({ id, intent, result }) => {
    if (id === callId || intent?.writeKey !== writeKey) return false;
    return !(result?.kind === 'write' && result.outcome === 'refused');
  });
}

/** Equal for equal writes: a digest of the tool and its prepared arguments, 32 hexadecimal digits. */
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
