import { integer, type Quota, quotaOf } from './quota.ts';

/**
 * Reads the structured fields: a dictionary in draft -07 (`limit=100, remaining=50, reset=5`), lists of named items since -08
 * (`RateLimit: "burst";r=0;t=30`, `RateLimit-Policy: "burst";q=100;w=60`). Of several quotas the one that holds us
 * back the longest counts: among those with nothing left the largest `t`, else the one with the least left.
 * Null when there is no such field, or it cannot be read. Source: IETF draft-ietf-httpapi-ratelimit-headers.
 */
export function readStructured(headers: Headers): Quota | null {
  const field = headers.get('ratelimit');
  if (field === null) return null;
  return readDictionary(field) ?? readItems(field, headers.get('ratelimit-policy') ?? '');
}

function readDictionary(field: string): Quota | null {
  const members = new Map(splitOutsideQuotes(field, ',').map((member) => pair(member)));
  const limit = members.get('limit');
  const remaining = members.get('remaining');
  const reset = members.get('reset');
  if (limit === undefined && remaining === undefined && reset === undefined) return null;
  return quotaOf(limit, undefined, remaining, reset);
}

function readItems(field: string, policyField: string): Quota | null {
  const policies = new Map(itemsOf(policyField).map(({ name, parameters }) => [name, parameters]));
  const quotas = itemsOf(field).map(({ name, parameters }) => {
    const policy = policies.get(name);
    return quotaOf(policy?.get('q'), policy?.get('w'), parameters.get('r'), parameters.get('t'));
  });
  const readable = quotas.filter(({ remaining }) => remaining !== undefined);
  return readable.sort(byHoldingBack)[0] ?? null;
}

const byHoldingBack = (a: Quota, b: Quota): number => {
  if (a.remaining === 0 && b.remaining === 0) return (b.resetSeconds ?? 0) - (a.resetSeconds ?? 0);
  return (a.remaining ?? 0) - (b.remaining ?? 0);
};

function itemsOf(field: string): { name: string; parameters: Map<string, number | undefined> }[] {
  return splitOutsideQuotes(field, ',').flatMap((item) => {
    const [name = '', ...parameters] = splitOutsideQuotes(item, ';');
    return /^"[^"]*"$|^[\w*-]+$/.test(name) ? [{ name, parameters: new Map(parameters.map(pair)) }] : [];
  });
}

function pair(text: string): [string, number | undefined] {
  const [key = '', value] = text.split('=');
  return [key.trim(), integer(value)];
}

/** Quoted names may hold the separator. */
const splitOutsideQuotes = (text: string, separator: ',' | ';'): string[] =>
  (text.match(separator === ',' ? /(?:"[^"]*"|[^",])+/g : /(?:"[^"]*"|[^";])+/g) ?? []).map((part) => part.trim());
