import { parseArgs } from 'node:util';
import { type Column, type Row, renderTable } from '../../harness/table.ts';
import { UsageError } from '../../harness/usage.ts';
import { measureBurst } from './burst.ts';
import { measureParked } from './parked.ts';
import { measureRolling } from './rolling.ts';
import { measureSlots } from './slots.ts';

interface Part {
  measure(quick: boolean): Promise<Row>;
  columns: Column[];
  goal: string;
}

const columnsOf = (...fields: string[]): Column[] => fields.map((field) => ({ title: field, field, show: short }));
const short = (value: unknown) => (typeof value === 'number' ? String(Math.round(value * 10) / 10) : String(value));

const parts: Record<string, Part> = {
  slots: {
    measure: (quick) => measureSlots(quick ? 10 : 50),
    columns: columnsOf('what', 'seconds', 'heldSlotSecondsComputed', 'submits', 'polls', 'resolved'),
    goal: 'goal: at most 7 s and 8 polls; a held slot is computed, not measured',
  },
  burst: {
    measure: (quick) => measureBurst(quick ? 50 : 1_000),
    columns: columnsOf('what', 'seconds', 'acceptedSeconds', 'submits', 'jobs', 'polls', 'resolved'),
    goal: 'goal: at most 20 submits',
  },
  parked: {
    measure: (quick) => measureParked(quick ? { runs: 400, warmUp: 200 } : { runs: 10_000, warmUp: 1_000 }),
    columns: columnsOf(
      'what',
      'warmUp',
      'rssBeforeMb',
      'rssAfterMb',
      'rssGrowthMb',
      'heapBeforeMb',
      'heapAfterMb',
      'parkSeconds',
      'wakeups',
      'wakeP50Ms',
      'wakeP95Ms',
    ),
    goal: 'goal: less than 50 MB more after the warm-up',
  },
  rolling: {
    measure: (quick) => measureRolling(quick ? 20 : 120),
    columns: [
      ...columnsOf('what', 'runs', 'restarts', 'lost', 'doubled', 'falseDone', 'undecidable'),
      ...columnsOf('late', 'lateAfterSeconds', 'p50Seconds', 'p95Seconds'),
    ],
    goal: 'goal: nothing lost, doubled, falsely done or late',
  },
};

/** `[--quick] [--only PART]`: slots, burst, parked, rolling, one after the other. A part that fails is named and left out. */
export async function runs(args: readonly string[], report: (row: Row) => void): Promise<boolean> {
  const { quick, only } = flagsOf(args);
  const chosen = Object.entries(parts).filter(([name]) => only === undefined || name === only);
  if (chosen.length === 0) throw new UsageError(`no part "${only}"; there are: ${Object.keys(parts).join(', ')}`);
  let complete = true;
  for (const [name, { measure, columns, goal }] of chosen) {
    try {
      const row = await measure(quick);
      report(row);
      console.log(`\n${renderTable(columns, [row])}\n${goal}`);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      complete = false;
      process.stderr.write(`${name}: FAILED: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return complete;
}

function flagsOf(args: readonly string[]): { quick: boolean; only: string | undefined } {
  try {
    const options = { quick: { type: 'boolean', default: false }, only: { type: 'string' } } as const;
    const { quick, only } = parseArgs({ args: [...args], options }).values;
    return { quick, only };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
