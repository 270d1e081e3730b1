import type { Cell } from './cell.ts';

export interface Figures {
  utilisation: number;
  rejected429: number;
  /** p95 of the time a call took beyond its own round trip. */
  p95BeyondMs: number | null;
}

interface Goal {
  /** As it is printed. */
  text: string;
  isMet(figures: Figures): boolean;
}

/** What our own strategy is held to in a cell; the others are shown beside it and held to nothing. */
export function goalsOf(cell: Cell): Goal[] {
  if (cell.strategy !== 'bms-triage') return [];
  if (cell.scenario === 'flush') return [atMost429(1)];
  const calm = [atMost429(cell.foreign > 0 ? 2 : 0)];
  if (cell.scenario === 'escalation') return [...calm, quickEscalation];
  if (cell.scenario !== 'saturation' || cell.foreign > 0) return calm;
  if (cell.policy !== 'bucket') return [...calm, atLeast(0.98)];
  return cell.durationMs >= 10 * cell.windowMs ? [...calm, atLeast(0.9)] : calm;
}

const atMost429 = (most: number): Goal => ({
  text: `429 <= ${most}`,
  isMet: ({ rejected429 }) => rejected429 <= most,
});

const atLeast = (share: number): Goal => ({
  text: `use >= ${share * 100} %`,
  isMet: (figures) => figures.utilisation >= share,
});

const quickEscalation: Goal = {
  text: 'p95 <= 150 ms + trip',
  isMet: ({ p95BeyondMs }) => p95BeyondMs !== null && p95BeyondMs <= 150,
};
