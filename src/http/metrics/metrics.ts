import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { Clock } from '../../domain/ports.ts';
import type { HealthDeps } from '../health.ts';
import type { LimitDeps } from '../limits.ts';
import { limitMetrics } from './limits.ts';
import { type QueueDeps, queueMetrics } from './queues.ts';
import { type ConcludedRuns, runMetrics } from './runs.ts';
import { upstreamMetrics } from './upstreams.ts';

export type MetricsDeps = QueueDeps & ConcludedRuns & Pick<HealthDeps, 'getUpstreams'> & LimitDeps & Clock;

export interface Metrics {
  registry: Registry;
  alertsAccepted: Counter<'connection' | 'action'>;
  deliveriesRefused: Counter<'connection' | 'code'>;
}

export function createMetrics(deps: MetricsDeps): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  queueMetrics(registry, deps);
  runMetrics(registry, deps);
  upstreamMetrics(registry, deps);
  limitMetrics(registry, deps);
  return {
    registry,
    alertsAccepted: new Counter({
      name: 'bms_triage_alerts_accepted_total',
      help: 'Alerts answered with 202',
      labelNames: ['connection', 'action'],
      registers: [registry],
    }),
    deliveriesRefused: new Counter({
      name: 'bms_triage_deliveries_refused_total',
      help: 'Webhook requests that were not accepted, by reason code',
      labelNames: ['connection', 'code'],
      registers: [registry],
    }),
  };
}

export async function metricsRoutes(app: FastifyInstance, { registry }: Metrics): Promise<void> {
  app.get('/metrics', async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
