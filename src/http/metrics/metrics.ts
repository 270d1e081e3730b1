import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { UpstreamView } from '../health.ts';

export interface MetricsDeps {
  /** Jobs by queue and state; rejects when Redis is away. */
  countJobs(): Promise<{ queue: string; state: string; count: number }[]>;
  /** For how long the first job of a queue has waited; rejects when Redis is away. */
  getOldest(): Promise<{ queue: string; seconds: number }[]>;
  /** Runs that this process has brought to an end, by disposition; counted as they end. */
  concluded: Readonly<Record<string, number>>;
  /** The upstreams that this process has called. */
  getUpstreams(): UpstreamView[];
}

export interface Metrics {
  registry: Registry;
  alertsAccepted: Counter<'connection' | 'action'>;
  deliveriesRefused: Counter<'connection' | 'code'>;
}

export function createMetrics({ countJobs, getOldest, concluded, getUpstreams }: MetricsDeps): Metrics {
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
  new Gauge({
    name: 'bms_triage_queue_oldest_seconds',
    help: 'For how long the first alert has waited to be taken in, and the first run to begin',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const { queue, seconds } of await getOldest().catch(() => [])) this.set({ queue }, seconds);
    },
  });
  new Counter({
    name: 'bms_triage_runs_concluded_total',
    help: 'Runs that this process brought to an end',
    labelNames: ['disposition'],
    registers,
    collect() {
      this.reset();
      for (const [disposition, count] of Object.entries(concluded)) this.inc({ disposition }, count);
    },
  });
  const reachGauge = (name: string, help: string, figureOf: (reach: UpstreamView) => number) =>
    new Gauge({
      ...{ name: `bms_triage_upstream_${name}`, help, labelNames: ['upstream'], registers },
      collect() {
        this.reset();
        for (const reach of getUpstreams()) this.set({ upstream: reach.upstream }, figureOf(reach));
      },
    });
  reachGauge(
    'up',
    '0: the last calls of this process failed, or it is refused; until a call is answered',
    ({ isUp }) => (isUp ? 1 : 0),
  );
  reachGauge(
    'last_answer_timestamp_seconds',
    'When it last answered this process; 0: never',
    ({ lastAnswerAt }) => (lastAnswerAt ?? 0) / 1000,
  );
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
