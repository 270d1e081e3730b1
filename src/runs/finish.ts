import type { Logger } from 'pino';
import type { Disposition } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import { enqueueRun } from '../queue/queues.ts';
import type { OwnedJournal } from '../store/journal.ts';
import type { Stores } from './stores.ts';

interface FinishDeps extends Pick<Stores, 'incidents' | 'queues'> {
  /** Runs that this process has brought to an end, by disposition. */
  concludedRuns: Record<Disposition, number>;
  log: Logger;
}

/** Tells a run's incident, the log and the metrics that it has ended. Doing so twice does no harm. */
export function createFinish({ incidents, queues, concludedRuns, log }: FinishDeps) {
  return async (journal: OwnedJournal, { concluded, subject, mode, calls }: RunState): Promise<void> => {
    if (!concluded) return;
    const { disposition, reason, ticket } = concluded;
    const { runId } = journal;
    concludedRuns[disposition] += 1;
    log.info({ runId, disposition, ticketId: ticket?.id }, 'run_concluded');
    if (subject.kind !== 'alert') return;
    const { incidentId, alert } = subject;
    const about = { incidentId, alertId: alert.id, disposition, reason, ticket };
    const { recurred: cameAgain } = await incidents.recordRunEnd({ ...about, changedAt: firstChange(calls) });
    if (!cameAgain) return;
    const again = await incidents.openRetry(runId, subject, mode, 'service');
    await enqueueRun(queues.runs, again.runId);
    log.info({ runId: again.runId, incidentId, after: runId }, 'fault_came_again');
  };
}

function firstChange(calls: RunState['calls']): number | null {
  const times = [...calls.values()].flatMap(({ intent }) => (intent ? [Date.parse(intent.at)] : []));
  return times.length === 0 ? null : Math.min(...times);
}
