import type { Disposition } from '../domain/journal.ts';
import { createUpstreamsHealth, type HealthOptions, type UpstreamsHealth } from '../outbound/health.ts';

/** What this process has seen since it started, for its metrics. */
export interface ProcessStats {
  upstreams: UpstreamsHealth;
  /** Runs that it ended. */
  concluded: Record<Disposition, number>;
}

export const createProcessStats = (options: HealthOptions): ProcessStats => ({
  upstreams: createUpstreamsHealth(options),
  concluded: { resolved: 0, ticketed: 0, escalated: 0, no_action: 0, inconclusive: 0 },
});
