import { resultOf } from '../domain/verdict.ts';
import type { Stage } from './stage.ts';

/** Ignores a sender's test: it proves that the webhook works and reports no fault, so no incident may count it. */
export const ignoreTestAlerts: Stage = async ({ action }) =>
  action === 'test' ? { verdict: 'ignored', incidentId: '', runId: '', unrecorded: resultOf.ignored } : null;
