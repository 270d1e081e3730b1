import type { Logger } from 'pino';
import type { Alert } from '../domain/alert.ts';
import { errorMessage } from '../domain/errors.ts';
import type { EntryBody } from '../domain/journal.ts';
import type { Clock } from '../domain/ports.ts';
import type { AlertProgress, AlertResult } from '../domain/verdict.ts';
import { type ClaimDeps, claimFault } from './claim.ts';
import type { Decision, Stage } from './stage.ts';
import { ignoreTestAlerts } from './test-alerts.ts';

/** Every alert meets these stages in this order. A new rule is a file of its own and a line here. */
export const intakeStages = (deps: ClaimDeps): readonly Stage[] => [ignoreTestAlerts, claimFault(deps)];

export interface IntakeDeps extends Clock {
  stages: readonly Stage[];
  /** Records what became of an alert that belongs to no incident. To repeat it does no harm. */
  recordAlert(alert: Alert, result: AlertResult): Promise<void>;
  /** Puts a run on its queue. To repeat it does no harm. */
  enqueueRun(runId: string): Promise<unknown>;
  /** Adds to a run's journal something that is true whichever worker owns the run. */
  addFact(runId: string, fact: EntryBody): Promise<unknown>;
  /** Lets a waiting run go on now. */
  wakeRun(runId: string): Promise<unknown>;
  log: Pick<Logger, 'info' | 'error'>;
}

/** `processAlert` on these dependencies, for the queue "alerts". */
export const createIntake = (deps: IntakeDeps) => (alert: Alert, queuedAt: number) =>
  processAlert(alert, queuedAt, deps);

/**
 * Processes one alert, which has been in the queue since `queuedAt` (ms since 1970): the first stage that decides wins,
 * its decision is recorded and then carried out. No model is asked. Throws when the alert should be tried again.
 */
export async function processAlert(alert: Alert, queuedAt: number, deps: IntakeDeps): Promise<AlertProgress> {
  const { log } = deps;
  const about = { connection: alert.connection, alertKey: alert.alertKey, alertId: alert.id };
  const decision = await decide(alert, deps).catch((error: unknown) => giveUpLate(error, alert, queuedAt, deps));
  if (typeof decision === 'string') {
    log.error({ ...about, error: decision }, 'alert_processing_failed');
    return { kind: 'failed', reason: decision };
  }
  const { verdict, incidentId, runId } = decision;
  log.info({ ...about, verdict, incidentId, runId }, 'alert_processed');
  await carryOut(alert, decision, deps);
  return { kind: 'processed' };
}

async function decide(alert: Alert, { stages, recordAlert }: IntakeDeps): Promise<Decision> {
  for (const stage of stages) {
    const decision = await stage(alert);
    if (decision === null) continue;
    if (decision.unrecorded) await recordAlert(alert, decision.unrecorded);
    return decision;
  }
  throw new Error('no stage of the intake decided about the alert');
}

async function carryOut(
  alert: Alert,
  { verdict, runId }: Decision,
  { enqueueRun, addFact, wakeRun }: IntakeDeps,
): Promise<void> {
  if (verdict === 'opened') await enqueueRun(runId);
  if (verdict === 'closed') {
    await addFact(runId, { type: 'source_resolved', alertId: alert.id });
    await wakeRun(runId);
  }
}

/** A Redis that is full or restarts is back sooner, and would not keep the record either. */
const patienceMs = 3_600_000;

/** An alert without a decision is tried again; after an hour it is recorded as escalated. Returns the reason. */
async function giveUpLate(error: unknown, alert: Alert, queuedAt: number, deps: IntakeDeps): Promise<string> {
  if (deps.now() - queuedAt < patienceMs) throw error;
  const reason = `it could not be taken in, and nothing about it was written to BMS: ${errorMessage(error)}`;
  await deps.recordAlert(alert, { outcome: 'escalated', reason });
  return reason;
}
