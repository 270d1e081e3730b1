import { createHash } from 'node:crypto';
import { errorMessage, isTransient, RetryableError, UpstreamError } from '../errors.ts';
import type { CallState, RunState } from '../fold.ts';
import type { EntryBody, JobFamily } from '../journal.ts';
import type { RmmRow } from '../kaseya/rmm.ts';
import type { ReadBack, ToolContext, Trace, WriteTool, Written } from './tool.ts';

/** What became of one call: it has its result, or nothing more can be done before `until` (ms since the epoch). */
export type Progress = 'settled' | { until: number };

export interface LedgerParts {
  /** Sends one row of an RMM write; answers with the job that took it. */
  submitRow(item: RmmRow): Promise<{ family: JobFamily; jobId: string }>;
  append(body: EntryBody): Promise<void>;
  /** How long an RMM job may take before its outcome counts as unknown. */
  jobDeadlineMs: number;
  /** How long to look for a write whose answer was lost before handing it to a person. */
  settleMs: number;
  now(): number;
}

/** Between two looks for a write whose answer was lost; also how long "absent" may still mean "not yet". */
const lookEveryMs = 5_000;

/** Sends a write whose intent is in the journal, and records what came of it. */
export async function send(
  tool: WriteTool,
  args: unknown,
  context: ToolContext,
  parts: LedgerParts,
): Promise<Progress> {
  const { callId } = context;
  try {
    return await record(await tool.write(args as never, traceOf(context), context), context, parts);
  } catch (error) {
    if (wasNotSent(error)) {
      const message = errorMessage(error);
      await parts.append({ type: 'write_done', callId, outcome: 'not_sent', message, data: null, ticket: null });
      throw error;
    }
    if (!(error instanceof UpstreamError)) throw error;
    // The answer is lost: the next look at this call finds the intent and reads back.
    if (error.effect === 'unknown') return { until: parts.now() + lookEveryMs };
    return refused(callId, error.message, parts);
  }
}

/** The write never reached BMS, for a reason that passes: no permit, no connection, no sign-in. */
const wasNotSent = (error: unknown): boolean =>
  error instanceof RetryableError || (error instanceof UpstreamError && error.effect === 'none' && isTransient(error));

async function record(written: Written, context: ToolContext, parts: LedgerParts): Promise<Progress> {
  const { callId } = context;
  if (written.kind === 'done') {
    const { message, data, ticket } = written;
    await parts.append({ type: 'write_done', callId, outcome: 'done', message, data, ticket });
    return 'settled';
  }
  const until = parts.now() + parts.jobDeadlineMs;
  const { jobId, family } = written.kind === 'job' ? written : await parts.submitRow(written.item);
  const { transactionId } = traceOf(context);
  const job = { jobId, family, transactionId, deadline: new Date(until).toISOString() };
  await parts.append({ type: 'rmm_job_submitted', callId, job });
  return { until };
}

/** A write was intended and its answer is not known: look upstream before anything is repeated. */
export async function lookForWrite(
  call: CallState,
  tool: WriteTool,
  context: ToolContext,
  parts: LedgerParts,
): Promise<Progress> {
  const { intent } = call;
  if (!intent) return 'settled';
  const found = await readBack(tool, intent.args, context);
  if (typeof found === 'object') return record(found, context, parts);
  const age = parts.now() - Date.parse(intent.at);
  const givenUp = age >= parts.settleMs;
  if (found === 'absent' && givenUp)
    return refused(call.id, 'tried again and again; BMS shows that it was not done', parts);
  if (found === 'absent' && age >= lookEveryMs) return send(tool, intent.args, context, parts);
  if (found !== 'undecidable' && !givenUp) return { until: parts.now() + lookEveryMs };
  const message = 'the answer to this write was lost, and looking at BMS does not tell whether it was done';
  await parts.append({
    type: 'write_done',
    callId: call.id,
    outcome: 'undecidable',
    message,
    data: intent.args,
    ticket: null,
  });
  return 'settled';
}

const readBack = (tool: WriteTool, args: unknown, context: ToolContext): Promise<ReadBack> =>
  tool
    .readBack(args as never, traceOf(context), context)
    .catch((error: unknown) => (error instanceof UpstreamError ? 'pending' : Promise.reject(error)));

async function refused(callId: string, message: string, parts: LedgerParts): Promise<Progress> {
  await parts.append({ type: 'write_done', callId, outcome: 'refused', message, data: null, ticket: null });
  return 'settled';
}

/** The poller, or whoever else has it, writes the result; here only the deadline is kept. */
export async function awaitJob(call: CallState, parts: LedgerParts): Promise<Progress> {
  if (!call.job) return 'settled';
  const until = Date.parse(call.job.deadline);
  if (parts.now() < until) return { until };
  const { transactionId } = call.job;
  const message = 'the job did not report before its deadline';
  await parts.append({ type: 'rmm_job_finished', transactionId, outcome: 'unknown', message, ticket: null });
  return 'settled';
}

/** Within a run, equal writes are one write. One that BMS refused may be tried again. */
export function earlierTwin(state: RunState, callId: string, writeKey: string): CallState | undefined {
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

/** How a write can be found again in BMS: by run and call, so the same call leaves the same trace however often it is tried. */
export const traceOf = ({ runId, callId }: Pick<ToolContext, 'runId' | 'callId'>): Trace => ({
  marker: `[bms-triage ${runId.slice(0, 8)} ${callId}]`,
  transactionId: `${runId}.${callId}`,
});
