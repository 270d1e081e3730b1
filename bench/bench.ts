import type { Row } from '../harness/table.ts';

/** A measurement. It prints as it goes, reports each row, and returns whether everything could be measured. */
export type Bench = (args: readonly string[], report: (row: Row) => void) => Promise<boolean>;
