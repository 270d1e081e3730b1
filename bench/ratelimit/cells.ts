import { UsageError } from '../../harness/usage.ts';
import { type Cell, type Scenario, scenarios, strategyNames } from './cell.ts';

const policies = ['fixed', 'sliding', 'bucket'] as const;
const processCounts = [1, 8] as const;
const foreignShares = [0, 0.25] as const;
const roundings = ['ceil', 'floor'] as const;

/** The scenarios beside saturation run on this many processes: each needs more than one, none needs eight. */
const fewProcesses = 4;

const upstream = { limit: 80, windowMs: 4_000, durationMs: 16_000 };
/** Ten windows: over fewer, the bucket's opening credit, which a careful client never spends, is most of the figure. */
const longMs = 40_000;
/** Two windows: enough to compare, in a run that must be short. */
const quickMs = 8_000;
/** Windows of a cell in which something happens: three whole ones come after it (`eventAtMs`). */
const eventWindows = 4.75;

/** Every cell of the full run, scenario by scenario. */
export function fullCells(): Cell[] {
  return scenarios.flatMap((scenario) => (scenario === 'saturation' ? saturation() : sideScenario(scenario)));
}

function saturation(): Cell[] {
  const cells: Cell[] = [];
  for (const policy of policies)
    for (const processes of processCounts)
      for (const foreign of foreignShares)
        for (const resets of roundings)
          for (const strategy of strategyNames) {
            const durationMs = policy === 'bucket' && foreign === 0 && resets === 'ceil' ? longMs : upstream.durationMs;
            cells.push({
              ...upstream,
              ...{ scenario: 'saturation', strategy, policy, processes, foreign, resets, durationMs },
            });
          }
  return cells;
}

function sideScenario(scenario: Scenario): Cell[] {
  const hasEvent = scenario === 'flush' || scenario === 'kill';
  // Escalations and quiet clients are few, and a percentile needs many.
  const durationMs = hasEvent ? eventWindows * upstream.windowMs : 2 * upstream.durationMs;
  const common = { ...upstream, scenario, processes: fewProcesses, foreign: 0, resets: 'ceil' as const, durationMs };
  return policies.flatMap((policy) => strategyNames.map((strategy) => ({ ...common, strategy, policy })));
}

/** A subset that ends in under four minutes: all strategies where they differ most, and ours under every policy. */
export function quickCells(): Cell[] {
  const base = { ...upstream, foreign: 0, resets: 'ceil' as const, durationMs: quickMs };
  const saturated = { ...base, scenario: 'saturation' as const, processes: 8, policy: 'sliding' as const };
  const ours = { ...saturated, strategy: 'bms-triage' as const };
  const side = { ...base, processes: fewProcesses, policy: 'fixed' as const, strategy: 'bms-triage' as const };
  const quickEventMs = (eventWindows - 2) * upstream.windowMs;
  return [
    ...strategyNames.map((strategy) => ({ ...saturated, strategy })),
    { ...ours, processes: 1 },
    { ...ours, policy: 'fixed', durationMs: upstream.durationMs },
    { ...ours, policy: 'bucket', durationMs: longMs },
    { ...ours, foreign: 0.25, durationMs: upstream.durationMs },
    { ...side, scenario: 'escalation' },
    { ...side, scenario: 'escalation', strategy: 'article-recipe' },
    { ...side, scenario: 'fairness' },
    { ...side, scenario: 'flush', durationMs: quickEventMs },
    { ...side, scenario: 'kill', durationMs: quickEventMs },
  ];
}

const filters = ['scenario', 'strategy', 'policy', 'processes', 'foreign', 'resets'] as const;

/**
 * Keeps the cells that every `field=value[,value]` allows; a field named twice allows both.
 * Throws `UsageError` for an unknown field, or a value that no cell has.
 */
export function selectCells(cells: readonly Cell[], only: readonly string[]): Cell[] {
  const allowed = new Map<string, Set<string>>();
  for (const text of only) {
    const [name, list] = text.split('=');
    const field = filters.find((known) => known === name);
    if (!field || !list) throw new UsageError(`--only wants FIELD=VALUE, FIELD one of ${filters.join(', ')}`);
    const values = allowed.get(field) ?? new Set();
    for (const value of list.split(',')) {
      if (!cells.some((cell) => String(cell[field]) === value)) {
        throw new UsageError(`--only ${field}=${value}: no cell has it`);
      }
      values.add(value);
    }
    allowed.set(field, values);
  }
  return cells.filter((cell) => filters.every((field) => allowed.get(field)?.has(String(cell[field])) ?? true));
}
