import { z } from 'zod';
import type { Outcome } from './conversation.ts';
import type { Call, Evidence } from './move.ts';

/** What the service takes at once. */
export const maxCallsPerTurn = 8;

/** The outcome of this very call, if it was made. */
export const outcomeOf = (outcomes: readonly Outcome[], { name, args }: Call): Outcome | undefined =>
  outcomes.find((outcome) => outcome.name === name && JSON.stringify(outcome.args) === JSON.stringify(args));

export const notMade = (outcomes: readonly Outcome[], calls: readonly Call[]): Call[] =>
  calls.filter((call) => !outcomeOf(outcomes, call)).slice(0, maxCallsPerTurn);

export const hasWorked = (outcome: Outcome | undefined): boolean =>
  outcome?.status === 'ok' || outcome?.status === 'succeeded';

export const evidenceOf = (outcome: Outcome | undefined, finding: string): Evidence =>
  outcome?.step == null ? [] : [{ step: outcome.step, finding }];

/** A list read page by page. */
export interface Pages<T> {
  rows: T[];
  /** The page that is still to be read; null when the list is complete. */
  next: Call | null;
  /** The page that could not be read. */
  trouble: Outcome | null;
  evidence: Evidence;
}

/** What has been read of a list so far. `key` is where a page holds its rows. */
export function pagesOf<T>(outcomes: readonly Outcome[], first: Call, key: string, row: z.ZodType<T>): Pages<T> {
  const page = z.object({ [key]: z.array(row), more: z.string().nullish() });
  const pages: Pages<T> = { rows: [], next: null, trouble: null, evidence: [] };
  for (let pageNumber = 1; ; pageNumber += 1) {
    const call = { name: first.name, args: { ...first.args, pageNumber } };
    const outcome = outcomeOf(outcomes, call);
    if (!outcome) return { ...pages, next: call };
    const data = page.safeParse(outcome.data);
    if (!hasWorked(outcome) || !data.success) return { ...pages, trouble: outcome };
    const rows = data.data[key] as T[];
    pages.rows.push(...rows);
    pages.evidence.push(...evidenceOf(outcome, `${rows.length} ${key}`));
    if (!data.data.more) return pages;
  }
}
