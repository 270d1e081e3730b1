import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Row } from '../../harness/table.ts';
import { type Cell, eventAtMs } from './cell.ts';
import { type Child, startChild } from './child.ts';
import type { LoadReport } from './load.ts';
import { type Counted, rowOf } from './row.ts';
import type { Tally, UpstreamOptions } from './upstream-server.ts';
import type { WorkerTask } from './worker.ts';

const startMs = 30_000;

/** A Redis for one cell at a time. It is emptied, so it must be private. */
export interface Store {
  redis: Redis;
  url: string;
}

/** A cell whose processes are up and wait for the word. Must be ended, measured or not. */
interface ReadyCell {
  /** Rejects when a process fails or hangs. */
  measure(): Promise<Row>;
  end(): void;
}

/**
 * Measures cells at the same time, each on a store of its own, with an upstream and clients in processes of their own; all are up
 * before the first call is sent. Answers in the order of the cells.
 */
export async function runTogether(
  cells: readonly Cell[],
  stores: readonly Store[],
): Promise<PromiseSettledResult<Row>[]> {
  const ready = await Promise.allSettled(
    cells.map(async (cell, index) => {
      const store = stores[index];
      if (!store) throw new RangeError(`${cells.length} cells need as many stores`);
      return prepare(cell, store);
    }),
  );
  return Promise.allSettled(
    ready.map(async (cell) => {
      if (cell.status === 'rejected') throw cell.reason;
      return cell.value.measure().finally(cell.value.end);
    }),
  );
}

async function prepare(cell: Cell, { redis, url: redisUrl }: Store): Promise<ReadyCell> {
  await redis.flushall();
  const children: Child[] = [];
  const start = (...[name, argument]: Parameters<typeof startChild>): Child => {
    const child = startChild(name, argument);
    children.push(child);
    return child;
  };
  const end = () => {
    for (const child of children) child.kill();
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
    return {
      measure: async () => rowOf(cell, phaseMs, await measure(cell, workers, () => tallyOf(upstreamUrl), redis)),
      end,
    };
  } catch (error) {
    end();
    throw error;
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
