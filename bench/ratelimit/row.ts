import { percentile } from '../../harness/percentile.ts';
import type { Row } from '../../harness/table.ts';
import type { Cell } from './cell.ts';
import { goalsOf } from './goals.ts';
import type { LoadReport } from './load.ts';
import { allowedCalls, utilisation } from './measure.ts';
import type { Tally } from './upstream-server.ts';

export interface Counted {
  loads: readonly LoadReport[];
  /** Just before what happened in mid-run; null where nothing did. */
  atEvent: Tally | null;
  atEnd: Tally;
}

/** One line of the result. Shares are 0 to 1, times in ms; null where there is nothing to say. */
export function rowOf(cell: Cell, phaseMs: number, { loads, atEvent, atEnd }: Counted): Row {
  const allowed = allowedCalls(cell, cell.durationMs);
  const samples = loads.flatMap((load) => load.samples);
  const totals = samples.map(({ totalMs }) => Math.round(totalMs));
  const beyond = samples.map(({ beyondMs }) => Math.round(beyondMs));
  const figures = {
    utilisation: utilisation(allowed, atEnd.granted, atEnd.foreign),
    rejected429: atEnd.rejected,
    p95BeyondMs: percentile(beyond, 0.95),
  };
  const goals = goalsOf(cell);
  return {
    ...cell,
    phaseMs,
    allowed,
    granted: atEnd.granted,
    foreignGranted: atEnd.foreign,
    ...figures,
    rejectedAfter: atEvent && atEnd.rejected - atEvent.rejected,
    utilisationAfter: atEvent && utilisationAfter(cell, atEvent, atEnd),
    dropped: loads.reduce((sum, load) => sum + load.dropped, 0),
    samples: samples.length,
    p50Ms: percentile(totals, 0.5),
    p95Ms: percentile(totals, 0.95),
    p50BeyondMs: percentile(beyond, 0.5),
    goal: goals.length > 0 ? goals.map(({ text }) => text).join(', ') : null,
    goalMet: goals.length > 0 ? goals.every((goal) => goal.isMet(figures)) : null,
    error: loads.find((load) => load.error !== null)?.error ?? null,
  };
}

/** What was used after the event; a bucket's opening credit belongs to the time before it. */
function utilisationAfter({ limit, windowMs, durationMs }: Cell, before: Tally, end: Tally): number {
  const allowed = (limit * (durationMs - before.elapsedMs)) / windowMs;
  return utilisation(allowed, end.granted - before.granted, end.foreign - before.foreign);
}
