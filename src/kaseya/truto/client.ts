import { isTransient, UpstreamError } from '../../domain/errors.ts';
import type { Ports } from '../../domain/ports.ts';
import { rateLimitedFetch } from '../../outbound/rate-limited-fetch.ts';
import { unwatched, type Watch } from '../../outbound/watch.ts';
import type { Bucket } from '../../ratelimit/bucket.ts';
import { type Asked, readBody } from './answer.ts';
import { tellTiers } from './limits.ts';
import type { Planned } from './plan.ts';

export interface ClientOptions extends Pick<Ports, 'now' | 'after' | 'random' | 'sleep'> {
  baseUrl: string;
  token: string;
  /** Draws from `trutoTiers` too with every call. */
  bucket: Bucket;
  timeoutMs: number;
  /** Ends waits for the rate limit; a request that was sent is always awaited. */
  signal: AbortSignal;
  watch?: Watch;
}

export interface Call extends Asked {
  planned: Planned;
  idempotencyKey?: string;
}

const readTries = 3;
const refusalTries = 6;

/**
 * A client of our own: Truto's repeats every verb on 408 and 5xx, three times at once, so one lost answer can open
 * three tickets. Here a refused call (429) is sent again, a failed read too; a write never, whatever it is keyed by:
 * how long Truto remembers a key is not known, and the ledger looks before it repeats.
 */
export function createClient(options: ClientOptions) {
  const { baseUrl, token, timeoutMs, signal, random, sleep, watch = unwatched } = options;
  const request = async (call: Call): Promise<unknown> => {
    const asked = { ...call, url: urlOf(baseUrl, call.planned), init: initOf(call, token), timeoutMs };
    return readBody(await rateLimitedFetch(call.endpoint, asked, { ...options, tell: tellTiers }), call);
  };

  return async (call: Call): Promise<unknown> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await watch(() => request(call));
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        const refused = error.code === 'throttled' && tries < refusalTries;
        const failedRead = !call.isWrite && error.code !== 'throttled' && isTransient(error) && tries < readTries;
        if (!refused && !failedRead) throw error;
        // The bucket holds back what was throttled; nothing else knows how long a failed read should wait.
        if (failedRead) await sleep(random() * 250 * 2 ** tries, { signal });
      }
    }
  };
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
