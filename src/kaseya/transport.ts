import { isTransient, UpstreamError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { type RateBudget, rateLimitedFetch } from '../outbound/rate-limited-fetch.ts';
import { unwatched, type Watch } from '../outbound/watch.ts';
import type { Credentials } from './credentials.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { createTokenSource, type PostForm, signInEndpoint, signInPath } from './token.ts';
import type { TokenStore } from './token-store.ts';

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Path with placeholders, as Kaseya's description prints it: with the method it is the rate limit's key. */
  template: string;
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** The same for the same write, however often and by whichever process it is tried. Only Truto knows such keys. */
  idempotencyKey?: string;
  /** A read that must see BMS as it is now: never answered from what another caller read a moment ago. */
  fresh?: boolean;
}

export interface Transport {
  /**
   * Sends one request to BMS and returns its envelope. A refused call (429, expired token) is sent again, a failed
   * read too; a write whose outcome is unknown is not: its `UpstreamError` says `effect: 'unknown'`.
   */
  call(request: Request): Promise<Envelope>;
}

/** `signal` ends waits for the rate limit; a request that was sent is always awaited. */
export interface TransportOptions
  extends Pick<RateBudget, 'bucket' | 'signal'>,
    Pick<Ports, 'now' | 'after' | 'random' | 'sleep'> {
  baseUrl: string;
  credentials: Credentials;
  tokenStore?: TokenStore | null;
  timeoutMs: number;
  /** For who wants to hear the answers' headers. */
  fetch?: typeof fetch;
  watch?: Watch;
}

interface Sending {
  endpoint: string;
  url: string;
  init: RequestInit;
}

const readTries = 3;
const refusalTries = 6;
const always = () => true;

export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, timeoutMs, watch = unwatched } = options;
  const listener = options.fetch && { fetch: options.fetch };

  const request = async (sending: Sending, isWrite: boolean): Promise<Envelope> => {
    const { endpoint } = sending;
    const answer = await rateLimitedFetch(endpoint, { ...sending, isWrite, timeoutMs, ...listener }, options);
    return readEnvelope({ status: answer.status, body: answer.text, endpoint, isWrite });
  };
  const send = (sending: Sending, isWrite: boolean) => watch(() => request(sending, isWrite));

  const post: PostForm = async (path, form) => {
    const sending = { endpoint: `POST ${path}`, url: baseUrl + path, init: { method: 'POST', body: form } };
    // Signing in twice does no harm, so a failed one is tried again; a refresh token works once.
    if (path !== signInPath) return (await send(sending, false)).result;
    return (await retried(() => send(sending, false), always, options)).result;
  };
  const tokens = createTokenSource({
    post,
    credentials: options.credentials,
    store: options.tokenStore ?? null,
    now: options.now,
  });

  return {
    async call(request) {
      const isWrite = request.method !== 'GET';
      const endpoint = `${request.method} ${request.template}`;
      const attempt = async (): Promise<Envelope> => {
        const token = await tokens.get();
        const sending = { endpoint, url: baseUrl + pathOf(request), init: initOf(request, token) };
        return send(sending, isWrite).catch((error: unknown) => {
          if (error instanceof UpstreamError && error.code === 'auth') tokens.drop(token);
          throw error;
        });
      };
      // A sign-in that failed has been tried again by itself.
      return retried(attempt, (failed) => !isWrite && failed.endpoint !== signInEndpoint, options);
    },
  };
}

/** Repeats what the upstream refused; what merely failed only if it `mayRepeat`. */
async function retried(
  attempt: () => Promise<Envelope>,
  mayRepeat: (error: UpstreamError) => boolean,
  { signal, random, sleep }: Pick<TransportOptions, 'signal' | 'random' | 'sleep'>,
): Promise<Envelope> {
  let signIns = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const refused = error.code === 'throttled' && tries < refusalTries;
      const tokenExpired = error.code === 'auth' && error.endpoint !== signInEndpoint && signIns === 0;
      const failedRead = mayRepeat(error) && isTransient(error) && error.code !== 'throttled' && tries < readTries;
      if (!refused && !tokenExpired && !failedRead) throw error;
      if (tokenExpired) signIns += 1;
      // The bucket holds back what was throttled; nothing else knows how long a failed read should wait.
      if (failedRead) await sleep(random() * 250 * 2 ** tries, { signal });
    }
  }
}

function pathOf({ template, params = {}, query = {} }: Request): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`no value for {${name}} in ${template}`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

function initOf({ method, body }: Request, token: string): RequestInit {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, accept: 'application/json' };
  if (body === undefined) return { method, headers };
  return { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
