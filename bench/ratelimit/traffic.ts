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
  const background = { client: 'main', urgent: false, isMeasured: scenario !== 'escalation', arrivals: { callers } };
  if (scenario !== 'escalation' || index > 0) return [background];
  return [background, { client: 'main', urgent: true, isMeasured: true, arrivals: { everyMs: [250, 500] } }];
}

/** Together the quiet ones ask for a third of the limit (20 calls a second), so each could have all that it asks for. */
function fairness(processes: number, index: number): Source[] {
  const noisy = { client: 'noisy', urgent: false, isMeasured: false };
  const sources: Source[] = [{ ...noisy, arrivals: { callers: Math.floor(noisyCallers / processes) } }];
  for (let client = index; client < quietClients; client += processes) {
    sources.push({ client: `quiet-${client}`, urgent: false, isMeasured: true, arrivals: { everyMs: [1_000, 2_000] } });
  }
  return sources;
}
