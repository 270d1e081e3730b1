import type { Registry } from 'prom-client';
import { addGauge } from './gauge.ts';

export interface QueueDeps {
  /** Jobs by queue and state; rejects when Redis is unreachable. */
  countJobs(): Promise<{ queue: string; state: string; count: number }[]>;
  /** How long the first job of a queue has waited; rejects when Redis is unreachable. */
  getOldest(): Promise<{ queue: string; seconds: number }[]>;
}

export function queueMetrics(registry: Registry, { countJobs, getOldest }: QueueDeps): void {
  addGauge(registry, {
    name: 'bms_triage_queue_jobs',
    help: 'Jobs in each queue by state',
    labelNames: ['queue', 'state'],
    read: async () => (await countJobs()).map(({ queue, state, count }) => [{ queue, state }, count]),
  });
  addGauge(registry, {
    name: 'bms_triage_queue_oldest_seconds',
    help: 'How long the first alert has waited to be processed, and the first run to start',
    labelNames: ['queue'],
    read: async () => (await getOldest()).map(({ queue, seconds }) => [{ queue }, seconds]),
  });
}
