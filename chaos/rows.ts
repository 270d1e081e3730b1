import { percentile } from '../harness/percentile.ts';
import type { Played } from './batch.ts';

/** One line of the table: every run that had this kind of fault planned for it. */
export interface Row {
  fault: string;
  runs: number;
  /** Faults that really struck; a run may end before its moment comes. */
  injected: number;
  lost: number;
  doubled: number;
  falseDone: number;
  undecidable: number;
  /** Said to be resolved or ticketed. */
  done: number;
  /** Not done, and nothing in BMS says so. */
  untold: number;
  /** Model turns asked for again, most of them because a crash lost the answer. */
  retriedTurns: number;
  p95Seconds: number | null;
}

const count = (played: readonly Played[], test: (one: Played) => boolean) => played.filter(test).length;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

export function rowOf(fault: string, played: readonly Played[]): Row {
  return {
    fault,
    runs: played.length,
    injected: count(played, ({ plan }) => plan.struck),
    lost: count(played, ({ verdict }) => verdict.lost),
    doubled: count(played, ({ verdict }) => verdict.doubled.length > 0),
    falseDone: count(played, ({ verdict }) => verdict.falseDone.length > 0),
    undecidable: count(played, ({ verdict }) => verdict.undecidable.length > 0),
    done: count(played, ({ outcome }) => outcome?.said === 'resolved' || outcome?.said === 'ticketed'),
    untold: count(played, ({ verdict }) => verdict.untold),
    retriedTurns: sum(played.map(({ turns }) => turns.retried)),
    p95Seconds: percentile(
      played.flatMap(({ seconds }) => seconds ?? []),
      0.95,
    ),
  };
}

/** A row for each kind that was played, in the order of `kinds`, and one for all. */
export function rowsOf(played: readonly Played[], kinds: readonly string[]): Row[] {
  const byKind = kinds.map((kind) =>
    rowOf(
      kind,
      played.filter(({ plan }) => plan.point.kind === kind),
    ),
  );
  return [...byKind.filter(({ runs }) => runs > 0), rowOf('all', played)];
}

export interface Reason {
  reason: string;
  runs: number;
  /** Of these, how many had their write in BMS's ledger after all. */
  done: number;
  /** And how many had no row in any job of BMS: it was never asked. */
  neverArrived: number;
  faults: string;
}

/** Why runs were handed over undecided, the most frequent first. */
export function reasonsOf(played: readonly Played[]): Reason[] {
  const groups = new Map<string, Played[]>();
  for (const one of played) {
    for (const reason of new Set(one.verdict.undecidable.map(withoutNames)))
      groups.set(reason, [...(groups.get(reason) ?? []), one]);
  }
  return [...groups]
    .map(([reason, runs]) => ({
      reason,
      runs: runs.length,
      done: count(runs, ({ verdict }) => verdict.doneAllTheSame),
      neverArrived: count(runs, ({ verdict }) => verdict.neverArrived),
      faults: [...new Set(runs.map(({ plan }) => plan.point.kind))].join(', '),
    }))
    .sort((left, right) => right.runs - left.runs);
}

/** Marks, times and numbers differ from run to run; the reason does not. */
const withoutNames = (reason: string): string =>
  reason
    .replace(/\[bms-triage [^\]]*\]/g, '[…]')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/\d{4,}/g, '…');

/** The line that scripts read. */
export const lastLine = ({ runs, lost, doubled, falseDone, undecidable }: Row): string =>
  `runs=${runs} lost=${lost} doubled=${doubled} false_done=${falseDone} undecidable=${undecidable}`;
