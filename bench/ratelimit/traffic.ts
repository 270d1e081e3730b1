import type { Cell } from './cell.ts';
import type { Call } from './strategy.ts';

/** A stream of calls out of one process. */
export interface Source extends Call {
  /** Do the row's latencies speak of these calls? */
  isMeasured: boolean;
  /** Callers who call again as soon as the last call is over; or calls at random times, whatever became of the last. */
  arrivals: { callers: number } | { everyMs: [min: number, max: number] };
}

/** Callers per process, where every process has more to do than the limit allows. */
const callers = 10;
const noisyCallers = 100;
const quietClients = 10;

/** What process number `index` of a cell sends. */
export function trafficOf({ scenario, processes }: Pick<Cell, 'scenario' | 'processes'>, index: number): Source[] {
  if (scenario === 'fairness') return fairness(processes, index);
  if (scenario !== 'escalation')
    return [{ client: 'main', urgency: 'normal', isMeasured: true, arrivals: { callers } }];
  const load: Source = { client: 'main', urgency: 'background', isMeasured: false, arrivals: { callers } };
  if (index > 0) return [load];
  return [load, { client: 'main', urgency: 'urgent', isMeasured: true, arrivals: { everyMs: [250, 500] } }];
}

/** Together the quiet ones ask for a third of the limit (20 calls a second), so each could have all that it asks for. */
function fairness(processes: number, index: number): Source[] {
  const shared = Math.floor(noisyCallers / processes);
  const sources: Source[] = [{ client: 'noisy', urgency: 'normal', isMeasured: false, arrivals: { callers: shared } }];
  for (let client = index; client < quietClients; client += processes) {
    const name = `quiet-${client}`;
    sources.push({ client: name, urgency: 'normal', isMeasured: true, arrivals: { everyMs: [1_000, 2_000] } });
  }
  return sources;
}
