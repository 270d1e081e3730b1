import { type Column, renderTable } from '../harness/table.ts';
import { hasFailed, type Played } from './batch.ts';
import { describeWhere, kinds, type Point } from './points.ts';
import { reasonsOf, rowsOf } from './rows.ts';

const one = (value: unknown) => (typeof value === 'number' ? value.toFixed(1) : '-');

const columns: Column[] = [
  { title: 'fault', field: 'fault' },
  { title: 'runs', field: 'runs' },
  { title: 'injected', field: 'injected' },
  { title: 'lost', field: 'lost' },
  { title: 'doubled', field: 'doubled' },
  { title: 'false done', field: 'falseDone' },
  { title: 'undecidable', field: 'undecidable' },
  { title: 'done', field: 'done' },
  { title: 'untold', field: 'untold' },
  { title: 'retried turns', field: 'retriedTurns' },
  { title: 'p95 s', field: 'p95Seconds', show: one },
];

const reasonColumns: Column[] = [
  { title: 'undecidable because', field: 'reason' },
  { title: 'runs', field: 'runs' },
  { title: 'done all the same', field: 'done' },
  { title: 'never at BMS', field: 'neverArrived' },
  { title: 'faults', field: 'faults' },
];

const nameOf = ({ kind, strike }: Point) => (strike ? `${kind}: ${describeWhere(strike.where)}` : kind);

/** Each run that broke a promise, in a line. */
export function failuresIn(played: readonly Played[]): string[] {
  return played.filter(hasFailed).map(({ plan, verdict, outcome }) => {
    const what = [...(verdict.lost ? ['lost'] : []), ...verdict.doubled, ...verdict.falseDone];
    return `FAILED ${plan.target.alertRefId} (${nameOf(plan.point)}), said ${outcome?.said ?? 'nothing'}: ${what.join('; ')}`;
  });
}

/** The tables, and what else is worth knowing. */
export function reportOf(played: readonly Played[], seconds: number): string {
  const rows = rowsOf(played, kinds);
  const reasons = reasonsOf(played);
  return [
    '',
    renderTable(
      columns,
      rows.map((row) => ({ ...row })),
    ),
    '',
    ...(reasons.length > 0
      ? [
          renderTable(
            reasonColumns,
            reasons.map((reason) => ({ ...reason })),
          ),
          '',
        ]
      : []),
    ...notInjected(played),
    ...untold(played),
    `turns asked for although they were answered: ${played.reduce((sum, { turns }) => sum + turns.reasked, 0)}`,
    `${Math.round(seconds)} s`,
  ].join('\n');
}

/** A run can end before its moment comes, or find another way because of another run's fault. */
const notInjected = (played: readonly Played[]): string[] =>
  played
    .filter(({ plan }) => plan.point.strike && !plan.struck)
    .map(({ plan }) => `not injected: ${nameOf(plan.point)}`);

/** Handed over, but the hand-over itself did not reach BMS: the run says so, and no one in BMS sees it. */
const untold = (played: readonly Played[]): string[] =>
  played
    .filter(({ verdict }) => verdict.untold)
    .map(({ plan, outcome }) => `nothing in BMS reports it: ${nameOf(plan.point)} — ${outcome?.reason}`);
