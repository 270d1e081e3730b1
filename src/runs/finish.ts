import type { Logger } from 'pino';
import type { Disposition } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import { enqueueRun } from '../queue/queues.ts';
import type { OwnedJournal } from '../store/journal.ts';
import type { Stores } from './stores.ts';

export interface FinishDeps extends Pick<Stores, 'incidents' | 'queues'> {
  /** Runs that this process has ended, by disposition. */
  concludedRuns: Record<Disposition, number>;
  log: Logger;
}

/**
 * Records the end of a run: in its incident and alert, the log and the metrics. A fault that was reported again while
 * the run was closing its ticket gets another run. Repeating this does no harm.
 */
export async function finishRun(journal: OwnedJournal, state: RunState, deps: FinishDeps): Promise<void> {
  const { incidents, queues, concludedRuns, log } = deps;
  const { concluded, subject, mode, calls } = state;
  if (!concluded) return;
  const { disposition, reason, ticket } = concluded;
  const { runId } = journal;
  concludedRuns[disposition] += 1;
  log.info({ runId, disposition, ticketId: ticket?.id }, 'run_concluded');
  if (subject.kind !== 'alert') return;
  const { incidentId, alert } = subject;
  const end = { incidentId, alertId: alert.id, disposition, reason, ticket, changedAt: firstChange(calls) };
  const { recurred } = await incidents.recordRunEnd(end);
  if (!recurred) return;
  const again = await incidents.openRetry(runId, subject, mode, 'service');
  await enqueueRun(queues.runs, again.runId);
  log.info({ runId: again.runId, incidentId, after: runId }, 'incident_recurred');
}

/** When the run first set out to change something, in milliseconds since 1970; null: never. */
function firstChange(calls: RunState['calls']): number | null {
  const times = [...calls.values()].flatMap(({ intent }) => (intent ? [Date.parse(intent.at)] : []));
  return times.length === 0 ? null : Math.min(...times);
}
