import type { Request } from '../transport.ts';
import { type Operation, type TrutoTool, unsupported } from './catalogue.ts';

/** A request to Truto, before it is addressed and signed. */
export interface Planned {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  query: Record<string, string>;
  body?: unknown;
}

type Schema = TrutoTool['query_schema'];
type Value = string | number | boolean;

/**
 * Translates one of our requests into Truto's form. Keys are matched against the account's own schemas without regard to
 * case, dots and underscores. An unknown key throws `UpstreamError` `unsupported`: dropping it silently would widen a filter
 * or lose half of a write.
 */
export function plan(request: Request, { endpoint, target, tool }: Operation, accountId: string): Planned {
  const { params = {}, query = {} } = request;
  const isPaged = target.method === 'list';
  const sent: Record<string, string> = { integrated_account_id: accountId };
  const inBody: Record<string, Value> = {};

  for (const [name, value] of Object.entries(params)) {
    if (name === target.id) continue;
    const key = keyIn(tool.query_schema, name);
    const bodyKey = keyIn(tool.body_schema, name);
    if (key !== undefined) sent[key] = String(value);
    else if (bodyKey !== undefined) inBody[bodyKey] = value;
    else throw unsupported(endpoint, `its schemas know no "${name}"`);
  }
  for (const [name, value] of Object.entries(query)) {
    // Truto pages by cursor (see list.ts).
    if (value === undefined || (isPaged && pageKeys.has(name))) continue;
    const key = keyIn(tool.query_schema, name);
    if (key === undefined) throw unsupported(endpoint, `its query schema knows no "${name}"`);
    sent[key] = String(value);
  }
  const body = bodyFor(request.body, inBody, tool.body_schema, endpoint);
  return { ...addressOf(request, target), query: sent, ...(body === undefined ? {} : { body }) };
}

const pageKeys = new Set(['PageNumber', 'PageSize']);

function addressOf(
  { params = {} }: Request,
  { resource, method, id }: Operation['target'],
): Pick<Planned, 'method' | 'path'> {
  const base = `/proxy/${encodeURIComponent(resource)}`;
  const withId = `${base}/${encodeURIComponent(String(id === undefined ? '' : params[id]))}`;
  if (method === 'list') return { method: 'GET', path: base };
  if (method === 'get') return { method: 'GET', path: withId };
  if (method === 'create') return { method: 'POST', path: base };
  if (method === 'update') return { method: 'PATCH', path: withId };
  return { method: 'POST', path: `${base}/${encodeURIComponent(method)}` };
}

/** `JobId`, `job_id` and `jobId` are one name, and so are `Filter.AssetName` and `filter_asset_name`. */
const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The schema's own spelling of a name; undefined when no key matches, or several do. */
function keyIn({ properties = {} }: Schema, name: string): string | undefined {
  if (Object.hasOwn(properties, name)) return name;
  const found = Object.keys(properties).filter((key) => plain(key) === plain(name));
  return found.length === 1 ? found[0] : undefined;
}

function bodyFor(body: unknown, extra: Record<string, Value>, schema: Schema, endpoint: string): unknown {
  const hasExtra = Object.keys(extra).length > 0;
  if (Array.isArray(body)) return rowsFor(body, extra, schema, endpoint);
  if (typeof body === 'object' && body !== null) return { ...renamed(body, schema, endpoint), ...extra };
  return hasExtra ? extra : undefined;
}

/** Truto's bodies are always objects, ours may be arrays: the schema must show which property takes the rows. */
function rowsFor(rows: unknown[], extra: Record<string, Value>, schema: Schema, endpoint: string): unknown {
  const rename = (items: Schema | undefined) =>
    rows.map((row) =>
      items?.properties && typeof row === 'object' && row !== null ? renamed(row, items, endpoint) : row,
    );
  if (schema.type === 'array') {
    if (Object.keys(extra).length > 0) throw unsupported(endpoint, 'its body is an array and has no room for more');
    return rename(schema.items);
  }
  const arrays = Object.entries(schema.properties ?? {}).filter(([, { type }]) => type === 'array');
  const [property] = arrays;
  if (!property || arrays.length > 1) throw unsupported(endpoint, 'its body schema does not say where the rows go');
  return { ...extra, [property[0]]: rename(property[1].items) };
}

function renamed(body: object, schema: Schema, endpoint: string): Record<string, unknown> {
  const entries = Object.entries(body).map(([name, value]) => {
    const key = keyIn(schema, name);
    if (key === undefined) throw unsupported(endpoint, `its body schema knows no "${name}"`);
    return [key, value] as const;
  });
  return Object.fromEntries(entries);
}
