import { errorCodes, Refusal } from './wire.ts';

/** Parameters by name, without regard to case; blank ones count as absent. */
export interface Query {
  get(name: string): string | undefined;
}

/** Reads a query string or a search body's object. A parameter that was given several times becomes a comma list. */
export function createQuery(source: unknown): Query {
  const values = new Map<string, string>();
  if (typeof source === 'object' && source !== null) {
    for (const [name, value] of Object.entries(source)) {
      const words = (Array.isArray(value) ? value : [value]).filter((word) => word !== null && word !== undefined);
      if (words.join('').trim() !== '') values.set(name.toLowerCase(), words.join(','));
    }
  }
  return { get: (name) => values.get(name.toLowerCase()) };
}

/** The parameters `Filter.X` of a GET list, under their bare names. */
export const filterOf = (query: Query): Query => ({ get: (name) => query.get(`Filter.${name}`) });

/** One page. Pages are counted from 1 and hold at most 100 rows, whatever the caller asks for. */
export function pageOf<T>(rows: readonly T[], query: Query, defaultSize = 25): T[] {
  const number = Math.max(1, wholeNumber(query, 'PageNumber') ?? 1);
  const asked = wholeNumber(query, 'PageSize') ?? defaultSize;
  const size = asked < 1 ? defaultSize : Math.min(asked, 100);
  return rows.slice((number - 1) * size, number * size);
}

export function wholeNumber(query: Query, name: string): number | undefined {
  const value = query.get(name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,10}$/.test(value.trim())) throw malformed(`${name}: "${value}" is not a whole number`);
  return Number(value);
}

export function booleanOf(query: Query, name: string): boolean | undefined {
  const value = query.get(name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== 'true' && value !== 'false') throw malformed(`${name}: "${value}" is not true or false`);
  return value === 'true';
}

export const malformed = (subError: string) =>
  new Refusal(400, errorCodes.malformed, 'The request is not valid', [subError]);

export const contains = (text: string | null | undefined, part: string) =>
  (text ?? '').toLowerCase().includes(part.trim().toLowerCase());

/** Whether each text holds what the filter of its name asks for. */
export const hasParts = (filter: Query, texts: Record<string, string>) =>
  Object.entries(texts).every(([name, value]) => contains(value, filter.get(name) ?? ''));

/** Comma-separated words, lower-cased. */
export const wordsOf = (list: string) => new Set(list.split(',').map((word) => word.trim().toLowerCase()));
