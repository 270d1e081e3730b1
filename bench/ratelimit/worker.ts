import { type Cell, eventAtMs } from './cell.ts';
import { runLoad } from './load.ts';
import { strategies } from './strategies/index.ts';
import type { Answer } from './strategy.ts';
import { trafficOf } from './traffic.ts';

export interface WorkerTask {
  cell: Cell;
  /** Which of the cell's processes this is, from 0. */
  index: number;
  upstreamUrl: string;
  redisUrl: string;
  key: string;
}

/** From sending to kill -9: several calls are on their way by then, and none is answered (a trip takes 25 ms or more). */
const killAfterMs = 20;

// One client process: builds its strategy, says so, waits for the word, runs its load, reports.
const { cell, index, upstreamUrl, redisUrl, key } = JSON.parse(process.argv[2] ?? '') as WorkerTask;

let isDoomed = false;

async function send(): Promise<Answer> {
  if (isDoomed) setTimeout(() => process.kill(process.pid, 'SIGKILL'), killAfterMs);
  const startedAt = performance.now();
  const response = await fetch(upstreamUrl);
  await response.arrayBuffer();
  return { status: response.status, headers: response.headers, tripMs: performance.now() - startedAt };
}

const sources = trafficOf(cell, index);
const concurrency = sources.reduce((sum, { arrivals }) => sum + ('callers' in arrivals ? arrivals.callers : 1), 0);
const create = await strategies[cell.strategy]();
const strategy = await create({ cell, redisUrl, key, concurrency, send });

process.once('disconnect', () => process.exit(0));
process.once('message', async () => {
  if (cell.scenario === 'kill' && index === 0) setTimeout(() => (isDoomed = true), eventAtMs(cell));
  // Who started it ends it: an exit of its own may be seen before the report is.
  process.send?.(await runLoad(strategy, sources, cell.durationMs));
});
process.send?.('ready');
