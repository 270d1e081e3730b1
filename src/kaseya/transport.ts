import { UpstreamError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { type RateBudget, rateLimitedFetch } from '../outbound/rate-limited-fetch.ts';
import { withRetries } from '../outbound/retry.ts';
import { unwatched, type Watch } from '../outbound/watch.ts';
import type { Credentials } from './credentials.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { createTokenSource, type PostForm, signInEndpoint, signInPath } from './token.ts';
import type { TokenStore } from './token-store.ts';

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Path with placeholders, as Kaseya's OpenAPI prints it. Method and template name the endpoint's rate limit. */
  template: string;
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  /** The same for every try of the same write, in any process. Only Truto takes such keys. */
  idempotencyKey?: string;
  /** For a read that must see BMS as it is now: never answered with what another caller read a moment ago. */
  fresh?: boolean;
}

export interface Transport {
  /**
   * Sends one request to BMS and returns its envelope. A refused call (429, expired token) and a failed read are sent
   * again. A write of unknown outcome is not: its `UpstreamError` says `effect: 'unknown'`.
   */
  call(request: Request): Promise<Envelope>;
}

/** `signal` ends waits for the rate limit. A request that was sent is always awaited. */
export interface TransportOptions
  extends Pick<RateBudget, 'bucket' | 'signal'>,
    Pick<Ports, 'now' | 'after' | 'random' | 'sleep'> {
  baseUrl: string;
  credentials: Credentials;
  tokenStore?: TokenStore | null;
  timeoutMs: number;
  /** Replaces the global `fetch`. Lets the caller read response headers. */
  fetch?: typeof fetch;
  watch?: Watch;
}

interface Sending {
  endpoint: string;
  url: string;
  init: RequestInit;
}

export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, timeoutMs, watch = unwatched } = options;
  const ownFetch = options.fetch && { fetch: options.fetch };

  const request = async (sending: Sending, isWrite: boolean): Promise<Envelope> => {
    const { endpoint } = sending;
    const answer = await rateLimitedFetch(endpoint, { ...sending, isWrite, timeoutMs, ...ownFetch }, options);
    return readEnvelope({ status: answer.status, body: answer.text, endpoint, isWrite });
  };
  const send = (sending: Sending, isWrite: boolean) => watch(() => request(sending, isWrite));

  const post: PostForm = async (path, form) => {
    const sending = { endpoint: `POST ${path}`, url: baseUrl + path, init: { method: 'POST', body: form } };
    // Signing in twice does no harm, so a failed sign-in is tried again. A refresh token works only once.
    if (path !== signInPath) return (await send(sending, false)).result;
    return (await withRetries(() => send(sending, false), { ...options, mayRepeat: () => true })).result;
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
      return withRetries(attempt, {
        ...options,
        // A failed sign-in has already been tried again by itself.
        mayRepeat: (failed) => !isWrite && !isSignIn(failed),
        hasExpired: (refused) => refused.code === 'auth' && !isSignIn(refused),
      });
    },
  };
}

const isSignIn = ({ endpoint }: UpstreamError) => endpoint === signInEndpoint;

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
