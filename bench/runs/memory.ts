import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { readMetric } from './metrics.ts';

export interface Memory {
  /** Resident set, MB. */
  rssMb: number;
  /** Used part of V8's heap, MB: it holds garbage too, if little. */
  heapMb: number;
}

/** V8 gives memory back some eight seconds after the work is over, more than once: this long nothing more may come. */
const quietSamples = 20;
const mostSamples = 120;

/** What an idle process holds once V8 has given back, by itself, what it does not need. */
export async function settledMemory({ pid, url }: { pid: number; url: string }): Promise<Memory> {
  let lowest = residentMb(pid);
  for (let sample = 0, quiet = 0; sample < mostSamples && quiet < quietSamples; sample += 1, quiet += 1) {
    await sleep(1_000);
    const rssMb = residentMb(pid);
    if (rssMb < lowest - 1) quiet = 0;
    lowest = Math.min(lowest, rssMb);
  }
  const heapMb = (await readMetric(url, 'nodejs_heap_size_used_bytes')) / 2 ** 20;
  return { rssMb: tenths(lowest), heapMb: tenths(heapMb) };
}

const residentMb = (pid: number): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;

const tenths = (value: number): number => Math.round(value * 10) / 10;
