import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../domain/ports.ts';
import type { LimitDeps, LimitRecord } from '../limits.ts';

/** The same figures as gauges; one scrape reads them once. */
export function limitMetrics(register: Registry, { getLimits, getSharedReads, now }: LimitDeps & Clock): void {
  let reading: Promise<LimitRecord[]> | null = null;
  const read = () => {
    reading ??= getLimits()
      .catch(() => [])
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const gauge = (name: string, help: string, figureOf: (limit: LimitRecord) => number) =>
    new Gauge({
      name: `bms_triage_limit${name}`,
      help,
      labelNames: ['bucket'],
      registers: [register],
      async collect() {
        const limits = await read();
        this.reset();
        for (const limit of limits) this.set({ bucket: limit.bucket }, figureOf(limit));
      },
    });
  gauge('', 'Calls a window that the budget goes by, configured or learnt', ({ limit }) => limit);
  gauge('_used', 'Permits in use or not yet back', ({ used }) => used);
  gauge('_remaining', 'Permits that are free', ({ remaining }) => remaining);
  gauge('_refused', '429s since the state of the bucket was made', ({ refused }) => refused);
  gauge('_probing', '1: one call at a time until one succeeds', ({ probing }) => (probing ? 1 : 0));
  gauge('_pacing', '1: half is used; what is left is paced so that it lasts', ({ pacing }) => (pacing ? 1 : 0));
  gauge('_blocked_seconds', 'For how long a 429 still holds us back', (limit) => secondsBlocked(limit, now()));
  new Gauge({
    name: 'bms_triage_shared_reads',
    help: 'Reads of BMS: hits were answered by the call of another, misses were calls',
    labelNames: ['result'],
    registers: [register],
    async collect() {
      const counts = await getSharedReads().catch(() => null);
      this.reset();
      if (!counts) return;
      this.set({ result: 'hit' }, counts.hits);
      this.set({ result: 'miss' }, counts.misses);
    },
  });
  new Gauge({
    name: 'bms_triage_limit_waiting',
    help: 'Calls that wait, by lane',
    labelNames: ['bucket', 'lane'],
    registers: [register],
    async collect() {
      const limits = await read();
      this.reset();
      for (const { bucket, waiting } of limits)
        for (const [lane, count] of Object.entries(waiting)) this.set({ bucket, lane }, count);
    },
  });
}

const secondsBlocked = ({ blockedUntil }: LimitRecord, now: number): number =>
  blockedUntil === null ? 0 : Math.max(0, (Date.parse(blockedUntil) - now) / 1000);
