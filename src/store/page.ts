import type { Redis } from 'ioredis';

/** One page of a list, newest first; `next` is an opaque cursor, null at the end. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

const pageSize = 50;
/** More entries than one millisecond can hold, so that a page always gets past its cursor's own millisecond. */
const tieAllowance = 500;

/** Reads a page of a sorted set scored by time. The cursor names the last entry seen, so new entries do not shift it. */
export async function readPage(redis: Redis, index: string, cursor: string | null): Promise<Page<string>> {
  const after = cursor === null ? null : decodeCursor(cursor);
  const rows = await redis.zrange(
    index,
    after?.score ?? '+inf',
    '-inf',
    'BYSCORE',
    'REV',
    'LIMIT',
    0,
    pageSize + 1 + tieAllowance,
    'WITHSCORES',
  );
  const entries: Position[] = [];
  for (let i = 0; i + 1 < rows.length; i += 2) entries.push({ member: rows[i] ?? '', score: rows[i + 1] ?? '' });
  const fresh = after ? entries.filter((entry) => entry.score !== after.score || entry.member < after.member) : entries;
  const page = fresh.slice(0, pageSize);
  const last = page.at(-1);
  return {
    items: page.map((entry) => entry.member),
    next: last && fresh.length > pageSize ? encodeCursor(last) : null,
  };
}

/** The records that a page of ids names; those that have expired meanwhile are left out. */
export async function loadPage<T>(page: Page<string>, load: (id: string) => Promise<T | null>): Promise<Page<T>> {
  const items = await Promise.all(page.items.map(load));
  return { items: items.filter((item) => item !== null), next: page.next };
}

interface Position {
  score: string;
  member: string;
}

const encodeCursor = ({ score, member }: Position) => Buffer.from(`${score} ${member}`).toString('base64url');

/** A cursor that cannot be read gives the first page: it can only come from a hand-made URL. */
function decodeCursor(cursor: string): Position | null {
  const [score, member] = Buffer.from(cursor, 'base64url').toString().split(' ');
  return score && member && /^\d{1,15}$/.test(score) ? { score, member } : null;
}
