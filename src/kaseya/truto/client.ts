import type { Ports } from '../../domain/ports.ts';
import { rateLimitedFetch } from '../../outbound/rate-limited-fetch.ts';
import { withRetries } from '../../outbound/retry.ts';
import { unwatched, type Watch } from '../../outbound/watch.ts';
import type { Bucket } from '../../ratelimit/bucket.ts';
import { type Asked, readBody } from './answer.ts';
import { reportTiers } from './limits.ts';
import type { Planned } from './plan.ts';

export interface ClientOptions extends Pick<Ports, 'now' | 'after' | 'random' | 'sleep'> {
  baseUrl: string;
  token: string;
  /** Every call draws from `trutoTiers` too. */
  bucket: Bucket;
  timeoutMs: number;
  /** Ends waits for the rate limit. A request that was sent is always awaited. */
  signal: AbortSignal;
  watch?: Watch;
}

export interface Call extends Asked {
  planned: Planned;
  idempotencyKey?: string;
}

/**
 * Our own client, because Truto's repeats every verb on 408 and 5xx, three times at once: one lost answer can open three
 * tickets. Here a refused call (429) and a failed read are sent again, but a failed write never is, not even with an
 * idempotency key: how long Truto remembers a key is unknown, and the ledger reads back before it repeats.
 */
export function createClient(options: ClientOptions) {
  const { baseUrl, token, timeoutMs, watch = unwatched } = options;
  const request = async (call: Call): Promise<unknown> => {
    const asked = { ...call, url: urlOf(baseUrl, call.planned), init: initOf(call, token), timeoutMs };
    return readBody(await rateLimitedFetch(call.endpoint, asked, { ...options, report: reportTiers }), call);
  };

  return (call: Call): Promise<unknown> =>
    withRetries(() => watch(() => request(call)), { ...options, mayRepeat: () => !call.isWrite });
}

const urlOf = (baseUrl: string, { path, query }: Planned) => {
  const search = new URLSearchParams(query);
  return search.size === 0 ? baseUrl + path : `${baseUrl}${path}?${search}`;
};

function initOf({ planned: { method, body }, idempotencyKey }: Call, token: string): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  if (body === undefined) return { method, headers };
  return { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
