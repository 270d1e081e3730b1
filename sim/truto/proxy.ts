import { encode } from '../bms/wire.ts';
import type { AccountKind, Kept } from './account.ts';
import { remoteErrorBody, TrutoError } from './errors.ts';
import { placeholdersOf, queryName, type Resource, toolOf } from './resources.ts';
import type { VendorAnswer, VendorRequest } from './vendor.ts';

export interface ProxyRequest {
  resource: Resource;
  kind: AccountKind;
  id: string | null;
  query: Record<string, string>;
  body: unknown;
}

type Ask = (request: VendorRequest) => Promise<VendorAnswer>;

/** Of Truto's own choosing, and not what any client expects. */
const defaultLimit = 30;

/** Says a proxy call in BMS's words, and BMS's answer in Truto's. */
export async function proxy(request: ProxyRequest, ask: Ask): Promise<Kept> {
  const { resource, kind, query } = request;
  const number = pageNumberOf(query.next_cursor);
  const size = Math.min(Number(query.limit ?? defaultLimit), 100);
  const paging = resource.isPaged ? { PageNumber: String(number), PageSize: String(size) } : {};
  const answer = await ask({ ...vendorRequest(request), query: { ...ownQuery(request), ...paging } });
  const { status, headers, body } = answer;
  if (status >= 400) return kept(status, headers, remoteErrorBody(status, messageOf(body, status), body ?? null));
  if (body === undefined) return { status, headers, body: '' };
  if (!isEnvelope(body)) return kept(502, headers, remoteErrorBody(502, 'the vendor answered no JSON', body));
  // What the integration makes of a failure under HTTP 200 is not known; here it hands it on as it is.
  if (body.success !== true) return kept(status, headers, body);
  const isList = resource.method === 'list';
  const cursors = isList ? cursorsOf(body, { isPaged: resource.isPaged, number, size }) : {};
  if (kind === 'envelope') return kept(status, headers, { ...body, ...cursors });
  if (!isList) return kept(status, headers, body.result);
  return kept(status, headers, { result: asRows(body.result), ...cursors, result_count: asRows(body.result).length });
}

const kept = (status: number, headers: Record<string, string>, body: unknown): Kept => ({
  ...{ status, headers, body: encode(body, 'camel') },
});

interface VendorEnvelope {
  success: boolean;
  result: unknown;
  totalRecords?: number;
}

/** Keys are taken as the simulator writes them by default. */
const isEnvelope = (body: unknown): body is VendorEnvelope =>
  typeof body === 'object' && body !== null && 'success' in body && 'result' in body;

const asRows = (result: unknown): unknown[] => (Array.isArray(result) ? result : [result]);

function cursorsOf({ result, totalRecords }: VendorEnvelope, page: { isPaged: boolean; number: number; size: number }) {
  const { isPaged, number, size } = page;
  const isFull = asRows(result).length === size && (totalRecords === undefined || number * size < totalRecords);
  const cursor = (wanted: number) => Buffer.from(JSON.stringify({ page: wanted })).toString('base64url');
  return {
    ...{ next_cursor: isPaged && isFull ? cursor(number + 1) : null },
    ...{ prev_cursor: isPaged && number > 1 ? cursor(number - 1) : null },
  };
}

function pageNumberOf(cursor: string | undefined): number {
  if (cursor === undefined) return 1;
  try {
    const { page } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { page?: unknown };
    if (typeof page === 'number') return page;
  } catch {
    // reported below
  }
  throw new TrutoError(400, 'next_cursor is not one that was given out');
}

function vendorRequest({ resource, id, query, body }: ProxyRequest): Omit<VendorRequest, 'query'> {
  const [method = '', template = ''] = resource.operation.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === resource.id ? id : query[queryName(name)];
    if (!value) throw new TrutoError(400, `${name === resource.id ? 'id' : queryName(name)} is required`);
    return encodeURIComponent(value);
  });
  return { method, path, ...bodyOf(resource, body) };
}

/** Only what the schema knows is sent on; the rest is dropped without a word, as Truto's own tools do. */
function ownQuery({ resource, query }: ProxyRequest): Record<string, string> {
  const names = new Set(placeholdersOf(resource).map(queryName));
  const known = Object.keys(toolOf(resource).query_schema.properties).filter((key) => !names.has(key));
  const own = Object.entries(query).filter(([key]) => known.includes(key) && key !== 'limit' && key !== 'next_cursor');
  return Object.fromEntries(own);
}

function bodyOf({ body: shape }: Resource, body: unknown): { body?: unknown } {
  if (!shape) return {};
  if (shape.rowsIn === undefined) return { body };
  const rows = shape.rowsIn === null ? body : (body as Record<string, unknown> | undefined)?.[shape.rowsIn];
  if (!Array.isArray(rows)) throw new TrutoError(400, `${shape.rowsIn ?? 'body'} must be an array`);
  return { body: rows };
}

function messageOf(body: unknown, status: number): string {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : null;
  return typeof message === 'string' ? message : `the vendor answered ${status}`;
}
