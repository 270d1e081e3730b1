import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, UpstreamError } from '../errors.ts';
import type { Bucket } from '../ratelimit/bucket.ts';
import { type LimitNews, readLimitHeaders } from '../ratelimit/headers.ts';
import { type Envelope, readEnvelope } from './envelope.ts';
import { lastCheck } from './last-check.ts';
import { readText } from './read-text.ts';
import { type Credentials, createTokenSource, type PostForm, signInEndpoint, signInPath } from './token.ts';
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

export interface TransportOptions {
  baseUrl: string;
  credentials: Credentials;
  tokenStore?: TokenStore | null;
  bucket: Bucket;
  timeoutMs: number;
  /** For who wants to hear the answers' headers. */
  fetch?: typeof fetch;
  /** Ends waits for the rate limit; a request that was sent is always awaited. */
  signal: AbortSignal;
}

interface Sending {
  endpoint: string;
  url: string;
  init: RequestInit;
}

const readTries = 3;
const refusalTries = 6;

export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, bucket, timeoutMs, signal, fetch = globalThis.fetch } = options;

  const send = async ({ endpoint, url, init }: Sending, isWrite: boolean): Promise<Envelope> => {
    const permit = await bucket.acquire(endpoint, signal);
    if (isWrite) await lastCheck(permit);
    let status: number | null = null;
    let news: LimitNews = {};
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
      status = response.status;
      news = readLimitHeaders(response.headers, Date.now());
      return readEnvelope({ status, body: await readText(response), endpoint, isWrite });
    } catch (error) {
      throw error instanceof UpstreamError ? error : lostAnswer(error, endpoint, isWrite);
    } finally {
      await permit.answered(status, news);
    }
  };

  const post: PostForm = async (path, form) => {
    const sending = { endpoint: `POST ${path}`, url: baseUrl + path, init: { method: 'POST', body: form } };
    // Signing in twice does no harm, so a failed one is tried again; a refresh token works once.
    if (path !== signInPath) return (await send(sending, false)).result;
    return (await retried(() => send(sending, false), true, signal)).result;
  };
  const tokens = createTokenSource({ post, credentials: options.credentials, store: options.tokenStore ?? null });

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
      return retried(attempt, !isWrite, signal);
    },
  };
}

/** Repeats what the upstream refused; what merely failed only if it is a read. */
async function retried(attempt: () => Promise<Envelope>, isRead: boolean, signal: AbortSignal): Promise<Envelope> {
  let signIns = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      const refused = error.code === 'throttled' && tries < refusalTries;
      const tokenExpired = error.code === 'auth' && error.endpoint !== signInEndpoint && signIns === 0;
      const failedRead = isRead && isTransient(error) && error.code !== 'throttled' && tries < readTries;
      if (!refused && !tokenExpired && !failedRead) throw error;
      if (tokenExpired) signIns += 1;
      // The bucket holds back what was throttled; nothing else knows how long a failed read should wait.
      if (failedRead) await sleep(Math.random() * 250 * 2 ** tries, undefined, { signal });
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

/** Failures before a connection stood: the request cannot have left. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What is known of a request that brought no answer: why, and whether it may have been carried out. */
export function lostAnswer(error: unknown, endpoint: string, isWrite: boolean): UpstreamError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const effect = isWrite && !neverSent.has(reason) ? 'unknown' : 'none';
  const message = timedOut
    ? `${endpoint} did not answer in time`
    : `${endpoint} could not be reached${reason && ` (${reason})`}`;
  return new UpstreamError(timedOut ? 'timeout' : 'network', message, { effect, endpoint, cause: error });
}
