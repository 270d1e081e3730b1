import type { Logger } from 'pino';
import type { Mode } from '../domain/journal.ts';
import type { Clock } from '../domain/ports.ts';
import { type IntakeDeps, intakeStages } from '../incidents/intake.ts';
import { enqueueRun, notBegun, wake } from '../queue/queues.ts';
import type { Stores } from '../runs/stores.ts';

/** The intake on this process's stores. `mode` is the mode of the runs that it opens. */
export function intakeDeps(
  { incidents, journals, queues }: Stores,
  { mode, now, log }: Clock & { mode: Mode; log: Logger },
): IntakeDeps {
  return {
    stages: intakeStages({ claim: (alert) => incidents.claim(alert, mode) }),
    recordAlert: incidents.recordAlert,
    enqueueRun: (runId) => enqueueRun(queues.runs, runId, notBegun),
    addFact: journals.addFact,
    wakeRun: (runId) => wake(queues.runs, runId),
    now,
    log,
  };
}
