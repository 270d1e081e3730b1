import type { CallState } from '../domain/run-state.ts';
import { firstCheckMs, type LedgerDeps, type Progress } from './ledger.ts';
import { asWanted, backOff, readBack } from './read-back.ts';
import type { ReadBack, ToolContext, WriteTool } from './tool.ts';

/** Waits for a row's batch. The submitter records the outcome; later checks only make sure that a submitter is scheduled. */
export function awaitBatch({ intent }: CallState, deps: LedgerDeps): Progress {
  return backOff(deps.now() - Date.parse(intent?.at ?? ''), deps, firstCheckMs);
}

/**
 * Waits for a job's result, which its poller or another reader journals. A job that has not reported by its deadline ends
 * as unknown, unless BMS shows that the write was done: what is there needs no report.
 */
export async function awaitJob(
  { job, intent }: CallState,
  tool: WriteTool,
  context: ToolContext,
  deps: LedgerDeps,
): Promise<Progress> {
  if (!job) return 'done';
  const overdue = deps.now() - Date.parse(job.deadline);
  if (overdue < 0) return { until: Date.parse(job.deadline) };
  const found = await readBack(tool, intent?.args, context);
  if (found === 'unreachable') return backOff(overdue, deps);
  if (typeof found === 'object' && found.kind === 'as_wanted') {
    await deps.append(asWanted(context.callId, found));
    return 'done';
  }
  await deps.append({ type: 'rmm_job_finished', transactionId: job.transactionId, ...verdictOn(found) });
  return 'done';
}

/** What a silent job's outcome is, by what BMS shows of its write. */
const verdictOn = (found: ReadBack) =>
  typeof found === 'object' && found.kind === 'done'
    ? ({
        outcome: 'succeeded',
        message: `nothing by its deadline, but ${found.message}`,
        ticket: found.ticket,
      } as const)
    : ({ outcome: 'unknown', message: 'the job did not report before its deadline', ticket: null } as const);
