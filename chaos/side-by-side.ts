import { renderTable } from '../harness/table.ts';
import type { Played } from './batch.ts';
import { kinds } from './points.ts';
import { rowsOf } from './rows.ts';

const columns = [
  { title: 'fault', field: 'fault' },
  { title: 'subject', field: 'subject' },
  { title: 'runs', field: 'runs' },
  { title: 'injected', field: 'injected' },
  { title: 'lost', field: 'lost' },
  { title: 'doubled', field: 'doubled' },
  { title: 'false done', field: 'falseDone' },
  { title: 'undecidable', field: 'undecidable' },
  { title: 'done', field: 'done' },
  { title: 'untold', field: 'untold' },
];

/** What the same faults did to each subject, fault by fault. All of them played the same points. */
export function sideBySide(subjects: readonly { name: string; played: readonly Played[] }[]): string {
  const rows = subjects.flatMap(({ name, played }) => rowsOf(played, kinds).map((row) => ({ subject: name, ...row })));
  const faults = [...new Set(rows.map(({ fault }) => fault))];
  const byFault = faults.flatMap((fault) =>
    rows.filter((row) => row.fault === fault).map((row, n) => ({ ...row, fault: n === 0 ? fault : '' })),
  );
  return renderTable(columns, byFault);
}
