import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { type Row, renderTable } from '../../harness/table.ts';
import { UsageError } from '../../harness/usage.ts';
import { startBenchRedis } from '../native-redis.ts';
import { type Cell, scenarios } from './cell.ts';
import { fullCells, quickCells, selectCells } from './cells.ts';
import { columns, legend } from './layout.ts';
import { runTogether, type Store } from './run-cells.ts';

/** Starting and ending the processes of a group, roughly; for the estimate alone. */
const overheadMs = 2_000;

/**
 * `[--quick] [--at-once N] [--only FIELD=VALUE[,VALUE]]…`: measures the cells group by group, each cell on a Redis of its own. A
 * cell that fails is named on standard error and left out; the answer is then false.
 */
export async function ratelimit(args: readonly string[], report: (row: Row) => void): Promise<boolean> {
  const { cells, atOnce } = planOf(args);
  const groups = groupsOf(cells, atOnce);
  const stores = await Promise.all(Array.from({ length: atOnce }, openStore));
  announce(cells.length, groups);
  const rows: Row[] = [];
  try {
    for (const group of groups) {
      const outcomes = await runTogether(group, stores);
      for (const [index, outcome] of outcomes.entries()) {
        printRow(group[index], outcome);
        if (outcome.status === 'rejected') continue;
        rows.push(outcome.value);
        report(outcome.value);
      }
    }
  } finally {
    await Promise.all(stores.map((store) => store.close()));
  }
  printResult(rows);
  return rows.length === cells.length;
}

async function openStore(): Promise<Store & { close(): Promise<void> }> {
  const { url, stop } = await startBenchRedis();
  const redis = new Redis(url);
  return {
    redis,
    url,
    async close() {
      redis.disconnect();
      await stop();
    },
  };
}

function planOf(args: readonly string[]): { cells: Cell[]; atOnce: number } {
  const flags = {
    quick: { type: 'boolean' },
    'at-once': { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
  } as const;
  const {
    quick = false,
    only = [],
    'at-once': text,
  } = parse(() => parseArgs({ args: [...args], options: flags }).values);
  const cells = selectCells(quick ? quickCells() : fullCells(), only);
  if (cells.length === 0) throw new UsageError('no cell is left');
  if (!/^[1-9]\d?$/.test(text)) throw new UsageError(`--at-once ${text}: wants a whole number from 1 to 99`);
  return { cells, atOnce: Number(text) };
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const groupsOf = (cells: readonly Cell[], size: number): Cell[][] =>
  Array.from({ length: Math.ceil(cells.length / size) }, (_, group) => cells.slice(group * size, (group + 1) * size));

function printRow(cell: Cell | undefined, outcome: PromiseSettledResult<Row>): void {
  const { scenario, strategy, policy, processes, foreign, resets } = cell ?? {};
  const name = `${scenario} ${strategy} ${policy} x${processes} foreign ${foreign} ${resets}`;
  if (outcome.status === 'rejected') {
    const { reason } = outcome;
    process.stderr.write(`${name}: FAILED: ${reason instanceof Error ? reason.message : String(reason)}\n`);
    return;
  }
  const { utilisation, rejected429, dropped } = outcome.value;
  process.stderr.write(`${name}: use ${utilisation}, 429 ${rejected429}, dropped ${dropped}\n`);
}

function announce(count: number, groups: readonly Cell[][]): void {
  const ms = groups.reduce(
    (sum, group) => sum + Math.max(...group.map(({ durationMs }) => durationMs)) + overheadMs,
    0,
  );
  const cores = cpus();
  console.log(`rate limits: ${count} cells, ${groups[0]?.length ?? 0} at once, about ${Math.ceil(ms / 60_000)} min`);
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
