import type { Logger } from 'pino';
import type { Mode } from '../domain/journal.ts';
import type { Clock } from '../domain/ports.ts';
import { type IntakeDeps, intakeStages } from '../incidents/intake.ts';
import { alertRuns } from '../queue/queues.ts';
import type { Stores } from '../runs/stores.ts';

/** The intake on this process's stores. `mode` is the mode of the runs that it opens. */
export function intakeDeps(
  { incidents, journals, queues }: Stores,
  { mode, now, log }: Clock & { mode: Mode; log: Logger },
): IntakeDeps {
  const { claim, recordAlert } = incidents;
  const stages = intakeStages({ claim, mode });
  return { stages, recordAlert, addFact: journals.addFact, ...alertRuns(queues.runs), now, log };
}
