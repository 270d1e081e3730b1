import { isTransient, RetryableError, UpstreamError } from '../domain/errors.ts';
import type { Clock } from '../domain/ports.ts';
import type { RunState } from '../domain/run-state.ts';

/** The run can do nothing before `until` (Unix time, ms). `reason` is a code. */
export interface Wait {
  reason: string;
  until: number;
}

/** The prefix of the reasons of runs that wait for BMS to be up. */
export const waitsForBms = 'bms_';

export const shutdown = ({ now }: Clock): Wait => ({ reason: 'shutting_down', until: now() });

/** What may work later is waited for without holding a slot. Any other error is thrown on, for the queue to retry. */
export const waitAfter =
  (state: RunState, { now }: Clock) =>
  (error: unknown): Wait => {
    const at = now();
    if (error instanceof RetryableError) return { reason: error.code, until: at + retryDelay(error, state) };
    if (!(error instanceof UpstreamError && isTransient(error))) throw error;
    return { reason: `${waitsForBms}${error.code}`, until: at + backOff(state, at) };
  };

/** A model that is down gets twice as long after each failure: people are notified of an outage, not of a hiccup. */
function retryDelay({ code, retryAfterMs }: RetryableError, { modelFailures }: RunState): number {
  if (code !== 'model_unavailable') return retryAfterMs;
  return Math.max(retryAfterMs, Math.min(retryAfterMs * 2 ** modelFailures, longestModelWaitMs));
}

const longestModelWaitMs = 60_000;

/** The wait is as long as the run has lasted so far: a back-off that needs no counter. */
function backOff({ startedAt }: RunState, now: number): number {
  const ageMs = startedAt === null ? 0 : now - Date.parse(startedAt);
  return Math.min(Math.max(ageMs, 5_000), 300_000);
}
