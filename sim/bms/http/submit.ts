import type { JobRow } from '../rmm/job.ts';
import { submitJob } from '../rmm/jobs.ts';
import type { Row } from '../rmm/row.ts';
import type { RowAction } from '../rmm/row-action.ts';
import { errorCodes, Refusal } from '../wire.ts';
import type { Call } from './route.ts';

/** Reads the array that an RMM call takes, and hands back the id of the job that will work on its rows. */
export function submitArray(call: Call, action: RowAction): string {
  if (!Array.isArray(call.body) || call.body.length === 0) {
    throw new Refusal(400, errorCodes.malformed, 'The body must be an array with at least one row');
  }
  return submitRows(call, action, action.readRows(call.body, call.world));
}

/** Decides here and now which rows are to fail, so that equal runs fail alike. */
export function submitRows(call: Call, action: Omit<RowAction, 'readRows'>, rows: readonly Row[]): string {
  const { world, state } = call;
  const target = { method: action.method, path: call.path, template: action.template };
  const faults = world.faults.takeForRows(
    target,
    rows.map(({ alertRefId }) => alertRefId),
  );
  const jobRows = rows.map((row, index): JobRow => {
    const fault = faults[index];
    const failure = fault && (fault.message ?? 'The row was refused, as was asked for');
    const isUnlucky = world.random.next() < state.options.jobFailure;
    return { ...row, doomed: failure ?? (isUnlucky ? 'The row could not be processed' : null), outcome: null };
  });
  const { jobSeconds, jobWords } = state.options;
  return submitJob(world, action, jobRows, { jobSeconds, jobWords, now: state.now() }).id;
}
