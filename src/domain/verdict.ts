import type { AlertOutcome } from './alert.ts';

/**
 * What becomes of an alert on arrival. `opened`: a new incident with its first run; `merged`: counted in a known
 * incident; `closed`: the sender reported recovery, so its incident is closed; `ignored`: nothing is done about it.
 */
export type Verdict = 'opened' | 'merged' | 'closed' | 'ignored';

/** The verdict on one alert. Both ids are empty when the alert belongs to no incident. */
export interface AlertClaim {
  verdict: Verdict;
  incidentId: string;
  /** The latest run of the incident. */
  runId: string;
}

/** How an alert ended, as `/v1/alerts` shows it. */
export interface AlertResult {
  outcome: AlertOutcome;
  reason: string;
}

/** The result that follows from a verdict alone. Null: the end of the run that the alert opened decides. */
export const resultOf = {
  opened: null,
  merged: { outcome: 'merged', reason: 'an incident of the same fault is known: counted there' },
  closed: { outcome: 'merged', reason: 'the sender reported recovery: the incident was closed' },
  ignored: { outcome: 'ignored', reason: 'a test, or news of a fault that is not open' },
} as const satisfies Record<Verdict, AlertResult | null>;

/** How the processing of an alert ended. `failed`: it was given up, and recorded as escalated. */
export type AlertProgress = { kind: 'processed' } | { kind: 'failed'; reason: string };
