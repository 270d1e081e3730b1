import { setTimeout as sleep } from 'node:timers/promises';
import type { Strategy } from './strategy.ts';
import type { Source } from './traffic.ts';

/** One measured call: how long it took, and how long beyond its own round trip. */
export interface Sample {
  totalMs: number;
  beyondMs: number;
}

export interface LoadReport {
  dropped: number;
  /** Measured calls; those still waiting at the end count with the time that they had waited. */
  samples: Sample[];
  /** The first thing that went wrong, other than a 429; null when nothing did. Such a call counts as dropped. */
  error: string | null;
}

/** So that a strategy that fails at once does not fail a thousand times. */
const errorPauseMs = 1_000;

/** Sends what the sources ask for through the strategy until the time is over. Calls in hand then are abandoned. */
export async function runLoad(strategy: Strategy, sources: readonly Source[], durationMs: number): Promise<LoadReport> {
  const report: LoadReport = { dropped: 0, samples: [], error: null };
  const waitingSince = new Set<{ at: number }>();
  const endAt = performance.now() + durationMs;

  async function callOnce(source: Source): Promise<void> {
    const started = { at: performance.now() };
    if (source.isMeasured) waitingSince.add(started);
    const outcome = await strategy.run(source).catch(async (error: unknown) => {
      report.error ??= String(error);
      await sleep(errorPauseMs);
      return 'dropped' as const;
    });
    waitingSince.delete(started);
    if (performance.now() > endAt) return;
    if (outcome === 'dropped') report.dropped += 1;
    else if (source.isMeasured) report.samples.push(sampleOf(performance.now() - started.at, outcome.tripMs));
  }

  async function serve(source: Source): Promise<void> {
    while (performance.now() < endAt) {
      if ('callers' in source.arrivals) await callOnce(source);
      else {
        const [min, max] = source.arrivals.everyMs;
        await sleep(min + Math.random() * (max - min));
        void callOnce(source);
      }
    }
  }

  for (const source of sources) {
    const copies = 'callers' in source.arrivals ? source.arrivals.callers : 1;
    for (let copy = 0; copy < copies; copy += 1) void serve(source);
  }
  await sleep(durationMs);
  const now = performance.now();
  return { ...report, samples: [...report.samples, ...[...waitingSince].map(({ at }) => sampleOf(now - at, 0))] };
}

const sampleOf = (totalMs: number, tripMs: number): Sample => ({ totalMs, beyondMs: totalMs - tripMs });
