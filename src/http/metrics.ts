import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export interface MetricsParts {
  /** Jobs by queue and state; rejects when Redis is away. */
  countJobs(): Promise<{ queue: string; state: string; count: number }[]>;
}

export interface Metrics {
  registry: Registry;
  alertsAccepted: Counter<'connection' | 'action'>;
  deliveriesRefused: Counter<'connection' | 'code'>;
}

export function createMetrics({ countJobs }: MetricsParts): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'bms_triage_queue_jobs',
    help: 'Jobs in each queue by state',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      this.reset();
      const counts = await countJobs().catch(() => []);
      for (const { queue, state, count } of counts) this.set({ queue, state }, count);
    },
  });
  return {
    registry,
    alertsAccepted: new Counter({
      name: 'bms_triage_alerts_accepted_total',
      help: 'Alerts answered with 202',
      labelNames: ['connection', 'action'],
      registers,
    }),
    deliveriesRefused: new Counter({
      name: 'bms_triage_deliveries_refused_total',
      help: 'Webhook requests that were not accepted, by reason code',
      labelNames: ['connection', 'code'],
      registers,
    }),
  };
}

export async function metricsRoutes(app: FastifyInstance, { registry }: Metrics): Promise<void> {
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
