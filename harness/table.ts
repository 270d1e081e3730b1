import { writeFileSync } from 'node:fs';

export type Value = string | number | boolean | null;
export type Row = Record<string, Value>;

export interface Column {
  title: string;
  /** Field of the row. */
  field: string;
  /** How the value reads; as it is by default, and a dash when there is none. */
  show?(value: Value): string;
}

/** A table of text, one line per row: numbers to the right, words to the left. */
export function renderTable(columns: readonly Column[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => cellOf(column, row)));
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)));
  const isNumber = columns.map(({ field }) => rows.some((row) => typeof row[field] === 'number'));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  return [columns.map(({ title }) => title), widths.map((width) => '-'.repeat(width)), ...cells].map(line).join('\n');
}

function cellOf(column: Column, row: Row): string {
  const value = row[column.field] ?? null;
  if (value === null) return '-';
  return column.show ? column.show(value) : String(value);
}

/** Keeps the rows of a run in a file as a JSON array, written anew with each row: a run cut short leaves what it had. */
export function createJsonFile(path: string): (row: Row) => void {
  const rows: Row[] = [];
  const write = () => writeFileSync(path, `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
  write();
  return (row) => {
    rows.push(row);
    write();
  };
}
