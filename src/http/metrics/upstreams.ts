import type { Registry } from 'prom-client';
import type { HealthDeps } from '../health.ts';
import { addGauge } from './gauge.ts';

export function upstreamMetrics(registry: Registry, { getUpstreams }: Pick<HealthDeps, 'getUpstreams'>): void {
  addGauge(registry, {
    name: 'bms_triage_upstream_up',
    help: '0: the latest calls of this process failed, or its sign-in is refused, and no call has been answered since',
    labelNames: ['upstream'],
    read: () => getUpstreams().map(({ upstream, isUp }) => [{ upstream }, isUp ? 1 : 0]),
  });
  addGauge(registry, {
    name: 'bms_triage_upstream_last_answer_timestamp_seconds',
    help: 'When the upstream last answered this process; 0: never',
    labelNames: ['upstream'],
    read: () => getUpstreams().map(({ upstream, lastAnswerAt }) => [{ upstream }, (lastAnswerAt ?? 0) / 1000]),
  });
}
