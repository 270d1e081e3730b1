import { Counter, type Registry } from 'prom-client';

export interface ConcludedRuns {
  /** Runs that this process has concluded, by disposition; counted as they end. */
  concluded: Readonly<Record<string, number>>;
}

export function runMetrics(registry: Registry, { concluded }: ConcludedRuns): void {
  new Counter({
    name: 'bms_triage_runs_concluded_total',
    help: 'Runs that this process concluded',
    labelNames: ['disposition'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [disposition, count] of Object.entries(concluded)) this.inc({ disposition }, count);
    },
  });
}
