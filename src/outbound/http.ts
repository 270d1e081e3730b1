import { UpstreamError } from '../domain/errors.ts';
import { type Ports, timeLimit } from '../domain/ports.ts';
import { readText } from './read-text.ts';

export interface Exchange {
  url: string;
  init: RequestInit;
  /** Names the request in errors: method and path template. */
  endpoint: string;
  /** A write whose answer is lost may have been carried out; a read changes nothing. */
  isWrite: boolean;
  /** For the whole exchange, the answer's body included. */
  timeoutMs: number;
  /** Replaces the global `fetch`. Lets the caller read response headers. */
  fetch?: typeof fetch;
}

/** An answer as it came, whatever its status. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/**
 * Sends one request, once, and follows no redirect. Any HTTP status is an answer. Throws an `UpstreamError` when no whole
 * answer came: `timeout`, or `network` for everything else, with `effect` `none` for a read and for a write that never left,
 * else `unknown`.
 */
export async function exchange(asked: Exchange, ports: Pick<Ports, 'after'>): Promise<RawAnswer> {
  const { url, init, endpoint, isWrite, timeoutMs, fetch = globalThis.fetch } = asked;
  const limit = timeLimit(timeoutMs, ports);
  try {
    const response = await fetch(url, { ...init, signal: limit.signal, redirect: 'error' });
    return { status: response.status, headers: response.headers, text: await readText(response) };
  } catch (error) {
    throw lostAnswer(error, endpoint, isWrite);
  } finally {
    limit.clear();
  }
}

/** System errors from before a connection was made. Source: Node's `errno` names, and undici's. */
const beforeConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether the request failed before a connection was made, so that it cannot have left this machine. */
export const neverLeft = (error: unknown): boolean =>
  beforeConnected.has(reasonOf(error instanceof UpstreamError ? error.cause : error));

/** The error for a request without an answer: the cause, and whether it may have been carried out. */
function lostAnswer(error: unknown, endpoint: string, isWrite: boolean): UpstreamError {
  const reason = reasonOf(error);
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const effect = isWrite && !neverLeft(error) ? 'unknown' : 'none';
  const message = timedOut
    ? `${endpoint} did not answer in time`
    : `${endpoint} could not be reached${reason && ` (${reason})`}`;
  return new UpstreamError(timedOut ? 'timeout' : 'network', message, { effect, endpoint, cause: error });
}

/** The system's error code, which `fetch` puts into the cause. Empty when there is none. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
