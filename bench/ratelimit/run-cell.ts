import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Row } from '../table.ts';
import { type Cell, eventAtMs } from './cell.ts';
import { type Child, startChild } from './child.ts';
import type { LoadReport } from './load.ts';
import { type Counted, rowOf } from './row.ts';
import type { Tally, UpstreamOptions } from './upstream-server.ts';
import type { WorkerTask } from './worker.ts';

const startMs = 30_000;

/**
 * Measures one cell with an upstream and clients in processes of their own. Empties the Redis, which must be private.
 * Rejects when a process fails or hangs; ends them all either way.
 */
export async function runCell(cell: Cell, redis: Redis, redisUrl: string): Promise<Row> {
  await redis.flushall();
  const children: Child[] = [];
  const start = (...[name, argument]: Parameters<typeof startChild>): Child => {
    const child = startChild(name, argument);
    children.push(child);
    return child;
  };
  try {
    // Between 10 and 90 % of a window: never aligned with the clients' first call.
    const phaseMs = Math.round(cell.windowMs * (0.1 + 0.8 * Math.random()));
    const options: UpstreamOptions = cell;
    const { url: upstreamUrl } = await start('upstream', { options, phaseMs }).message<{ url: string }>(startMs);
    const workers = Array.from({ length: cell.processes }, (_, index) => {
      const task: WorkerTask = { cell, index, upstreamUrl, redisUrl, key: `bench-${cell.strategy}` };
      return start('worker', task);
    });
    await Promise.all(workers.map((worker) => worker.message(startMs)));
    const counted = await measure(cell, workers, () => tallyOf(upstreamUrl), redis);
    return rowOf(cell, phaseMs, counted);
  } finally {
    for (const child of children) child.kill();
  }
}

async function measure(cell: Cell, workers: Child[], tally: () => Promise<Tally>, redis: Redis): Promise<Counted> {
  const reporting = cell.scenario === 'kill' ? workers.slice(1) : workers;
  const reports = Promise.all(reporting.map((worker) => worker.message<LoadReport>(cell.durationMs + startMs)));
  for (const worker of workers) worker.send('go');
  // Together, so that the failure of one is not left unhandled while the other goes on.
  const [loads, atEvent] = await Promise.all([reports, midRun(cell, workers, tally, redis)]);
  return { loads, atEvent, atEnd: await tally() };
}

/** Does what the scenario wants to happen, or waits for it, and answers what had been counted by then. */
async function midRun(
  cell: Cell,
  workers: readonly Child[],
  tally: () => Promise<Tally>,
  redis: Redis,
): Promise<Tally | null> {
  if (cell.scenario !== 'flush' && cell.scenario !== 'kill') return null;
  await sleep(eventAtMs(cell));
  if (cell.scenario === 'flush') {
    const before = await tally();
    await redis.flushall();
    return before;
  }
  // The first worker kills itself as soon as it holds a permit; one that never calls again is killed all the same.
  const [first] = workers;
  await Promise.race([first?.ended, sleep(2 * cell.windowMs)]);
  first?.kill();
  return tally();
}

async function tallyOf(url: string): Promise<Tally> {
  const response = await fetch(`${url}/tally`);
  return (await response.json()) as Tally;
}
