import type { Logger } from 'pino';
import type { Disposition } from '../domain/journal.ts';
import { createReaches, type Reaches } from '../outbound/health.ts';

/** What this process has seen since it started, for its metrics. */
export interface Observed {
  reaches: Reaches;
  /** Runs that it brought to an end. */
  concluded: Record<Disposition, number>;
}

export const createObserved = (log: Logger): Observed => ({
  reaches: createReaches(log),
  concluded: { resolved: 0, ticketed: 0, escalated: 0, no_action: 0, inconclusive: 0 },
});
