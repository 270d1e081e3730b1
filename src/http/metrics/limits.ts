import type { Registry } from 'prom-client';
import type { Clock } from '../../domain/ports.ts';
import type { LimitDeps, LimitRecord } from '../limits.ts';
import { addGauge } from './gauge.ts';

/** The figures of `/v1/limits` as gauges; one scrape reads them once. */
export function limitMetrics(registry: Registry, { getLimits, getSharedReads, now }: LimitDeps & Clock): void {
  const read = oncePerScrape(getLimits);
  const gauge = (name: string, help: string, figureOf: (limit: LimitRecord) => number) =>
    addGauge(registry, {
      name: `bms_triage_limit${name}`,
      help,
      labelNames: ['bucket'],
      read: async () => (await read()).map((limit) => [{ bucket: limit.bucket }, figureOf(limit)]),
    });
  gauge('', 'Calls that the budget allows in one window, configured or learnt', ({ limit }) => limit);
  gauge('_used', 'Permits that are in use or not yet free again', ({ used }) => used);
  gauge('_remaining', 'Permits that are free', ({ remaining }) => remaining);
  gauge('_refused', '429s since the state of the bucket was created', ({ refused }) => refused);
  gauge('_probing', '1: one call at a time until one succeeds', ({ probing }) => (probing ? 1 : 0));
  gauge('_pacing', '1: half is used, and the rest is spread over the window', ({ pacing }) => (pacing ? 1 : 0));
  gauge('_blocked_seconds', 'How much longer a 429 blocks all calls', (limit) => secondsBlocked(limit, now()));
  addGauge(registry, {
    name: 'bms_triage_limit_waiting',
    help: 'Calls that wait, by lane',
    labelNames: ['bucket', 'lane'],
    read: async () =>
      (await read()).flatMap(({ bucket, waiting }) =>
        Object.entries(waiting).map(([lane, count]) => [{ bucket, lane }, count] as const),
      ),
  });
  addGauge(registry, {
    name: 'bms_triage_shared_reads',
    help: "Reads of BMS: hits were answered by another run's call, misses were calls",
    labelNames: ['result'],
    read: async () => {
      const { hits, misses } = await getSharedReads();
      return [
        [{ result: 'hit' }, hits],
        [{ result: 'miss' }, misses],
      ];
    },
  });
}

/** The gauges of one scrape ask at the same time, and share the answer. */
function oncePerScrape<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | null = null;
  return () => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
}

const secondsBlocked = ({ blockedUntil }: LimitRecord, now: number): number =>
  blockedUntil === null ? 0 : Math.max(0, (Date.parse(blockedUntil) - now) / 1000);
