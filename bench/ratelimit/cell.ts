import type { WindowKind } from '../../sim/bms/limiter.ts';

/**
 * - `saturation`: every process has more work than the limit allows.
 * - `escalation`: the same, and urgent calls now and then; the figures are theirs.
 * - `fairness`: one client with a hundred calls in hand beside ten that make one now and then; the figures are the ten's.
 * - `flush`: FLUSHALL in mid-run, as when Redis loses its state in a failover.
 * - `kill`: kill -9 of one process in mid-run, while it holds permits.
 */
export const scenarios = ['saturation', 'escalation', 'fairness', 'flush', 'kill'] as const;
export type Scenario = (typeof scenarios)[number];

export const strategyNames = [
  'bms-triage',
  'article-recipe',
  'backoff-jitter',
  'p-queue',
  'bottleneck',
  'rate-limiter-flexible',
  'bullmq-limiter',
  'gcra',
] as const;
export type StrategyName = (typeof strategyNames)[number];

/** When `flush` and `kill` happen: late in the second window, when a strategy that bursts has spent its calls. */
export const eventAtMs = ({ windowMs }: Pick<Cell, 'windowMs'>): number => 1.75 * windowMs;

/** How the upstream turns its reset time into whole seconds. */
export type Rounding = 'ceil' | 'floor';

/** One measurement: one strategy against one upstream. */
export interface Cell {
  scenario: Scenario;
  strategy: StrategyName;
  policy: WindowKind;
  processes: number;
  /** Share of the limit that other users of the quota ask for, 0 to 1. */
  foreign: number;
  resets: Rounding;
  limit: number;
  windowMs: number;
  /** How long is measured, from the first call on. */
  durationMs: number;
}
