import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { findServer, startNative } from '../../harness/redis.ts';
import { type Row, renderTable } from '../table.ts';
import { UsageError } from '../usage.ts';
import { type Cell, scenarios } from './cell.ts';
import { fullCells, quickCells, selectCells } from './cells.ts';
import { columns, legend } from './layout.ts';
import { runCell } from './run-cell.ts';

/** Starting and ending the processes of a cell, roughly; for the estimate alone. */
const overheadMs = 2_000;

/**
 * `[--quick] [--only FIELD=VALUE[,VALUE]]…`: measures the cells one after the other on a Redis of its own. A cell that fails
 * is named on standard error and left out; the answer is then false.
 */
export async function ratelimit(args: readonly string[], report: (row: Row) => void): Promise<boolean> {
  const cells = cellsOf(args);
  const server = findServer();
  if (server === null)
    throw new UsageError('redis-server or valkey-server must be on PATH: the stand-in is no measure');
  const { url, stop } = await startNative(server);
  const redis = new Redis(url);
  const rows: Row[] = [];
  announce(cells);
  try {
    for (const [at, cell] of cells.entries()) {
      const row = await attempt(cell, redis, url, `[${at + 1}/${cells.length}]`);
      if (!row) continue;
      rows.push(row);
      report(row);
    }
  } finally {
    redis.disconnect();
    await stop();
  }
  printResult(rows);
  return rows.length === cells.length;
}

function cellsOf(args: readonly string[]): Cell[] {
  const flags = { quick: { type: 'boolean' }, only: { type: 'string', multiple: true } } as const;
  const { quick = false, only = [] } = parse(() => parseArgs({ args: [...args], options: flags }).values);
  const cells = selectCells(quick ? quickCells() : fullCells(), only);
  if (cells.length === 0) throw new UsageError('no cell is left');
  return cells;
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function attempt(cell: Cell, redis: Redis, url: string, at: string): Promise<Row | null> {
  const { scenario, strategy, policy, processes, foreign, resets } = cell;
  const name = `${at} ${scenario} ${strategy} ${policy} x${processes} foreign ${foreign} ${resets}`;
  try {
    const row = await runCell(cell, redis, url);
    process.stderr.write(`${name}: use ${row.utilisation}, 429 ${row.rejected429}, dropped ${row.dropped}\n`);
    return row;
  } catch (error) {
    process.stderr.write(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

function announce(cells: readonly Cell[]): void {
  const ms = cells.reduce((sum, { durationMs }) => sum + durationMs + overheadMs, 0);
  const cores = cpus();
  console.log(`rate limits: ${cells.length} cells, about ${Math.ceil(ms / 60_000)} min`);
  console.log(`Node ${process.version}, ${cores.length} x ${cores[0]?.model ?? 'unknown processor'}\n`);
}

function printResult(rows: readonly Row[]): void {
  for (const scenario of scenarios) {
    const those = rows.filter((row) => row.scenario === scenario);
    if (those.length > 0) console.log(`${scenario}\n${renderTable(columns, those)}\n`);
  }
  console.log(legend);
  const held = rows.filter((row) => row.goalMet !== null);
  console.log(`goals met: ${held.filter((row) => row.goalMet === true).length} of ${held.length}`);
}
