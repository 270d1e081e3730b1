import { z } from 'zod';
import { UpstreamError } from '../../domain/errors.ts';
import type { Envelope } from '../envelope.ts';
import type { Request } from '../transport.ts';
import { type Asked, bmsEnvelope, readOne } from './answer.ts';

const pageSchema = z.object({
  result: z.unknown(),
  /** Null ends the list. Absent: unstated. */
  next_cursor: z.string().min(1).nullish(),
  is_partial_response: z.boolean().nullish(),
});

interface Page {
  rows: unknown[];
  cursor: string | null | undefined;
  total: number | null;
}

type FetchPage = (cursor: string | null) => Promise<unknown>;

/** Longer lists are refused: a truncated list must not pass for a complete one. */
const maxPages = 100;

/**
 * Reads one of our pages from as many of Truto's as it takes: Truto pages by cursor and chooses the size itself. A request
 * without `PageNumber` gets the whole list. Throws `UpstreamError` `unreadable` for a list that may be incomplete.
 */
export async function readList(request: Request, asked: Asked, fetchPage: FetchPage): Promise<Envelope> {
  const { PageNumber: number, PageSize: size } = request.query ?? {};
  const [from, to] =
    number === undefined ? [0, Infinity] : [(Number(number) - 1) * Number(size), Number(number) * Number(size)];
  const rows: unknown[] = [];
  const seen = new Set<string>();
  let cursor: string | null = null;
  for (let pages = 1; pages <= maxPages; pages += 1) {
    const page: Page = readPage(await fetchPage(cursor), asked);
    rows.push(...page.rows);
    const hasEnded = page.cursor === null || rows.length >= to || isComplete(page, rows.length, to);
    if (hasEnded) return { result: rows.slice(from, to), totalRecords: page.total };
    if (page.cursor === undefined) throw unreadable('does not say whether there is more', asked);
    if (typeof page.cursor === 'string' && seen.has(page.cursor)) throw unreadable('goes round in circles', asked);
    cursor = page.cursor;
    if (cursor !== null) seen.add(cursor);
  }
  throw unreadable(`is longer than ${maxPages} pages`, asked);
}

/** A list without a cursor is complete if its total says so, or if no page of it was asked for. */
const isComplete = ({ cursor, total }: Page, count: number, to: number) =>
  cursor === undefined && (to === Infinity || (total !== null && count >= total));

function readPage(body: unknown, asked: Asked): Page {
  const { data } = pageSchema.safeParse(body);
  if (!data) throw unreadable('has no result', asked);
  if (data.is_partial_response) throw unreadable('is incomplete', asked);
  const envelope = bmsEnvelope(body, asked) ??
    bmsEnvelope(data.result, asked) ?? { result: data.result, totalRecords: null };
  const rows = envelope.result ?? [];
  if (!Array.isArray(rows)) throw unreadable('holds no rows', asked);
  return { rows, cursor: data.next_cursor, total: envelope.totalRecords };
}

/** The answer of a `list` operation that returns one object, bare or in a list of one. */
export function readSingle(body: unknown, asked: Asked): Envelope {
  const { data } = pageSchema.safeParse(body);
  const envelope = bmsEnvelope(body, asked) ?? readOne(data?.result ?? body, asked);
  if (!Array.isArray(envelope.result)) return envelope;
  if (envelope.result.length !== 1) throw unreadable(`holds ${envelope.result.length} rows instead of one`, asked);
  return { ...envelope, result: envelope.result[0] };
}

function unreadable(what: string, { endpoint, isWrite }: Asked): UpstreamError {
  const effect = isWrite ? 'unknown' : 'none';
  return new UpstreamError('unreadable', `Truto's list for ${endpoint} ${what}`, { effect, endpoint });
}
