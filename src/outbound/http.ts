import { UpstreamError } from '../domain/errors.ts';
import { type Ports, timeLimit } from '../domain/ports.ts';
import { readText } from './read-text.ts';

export interface Exchange {
  url: string;
  init: RequestInit;
  /** Names the request in errors. */
  endpoint: string;
  isWrite: boolean;
  timeoutMs: number;
  /** For who wants to hear the answers' headers. */
  fetch?: typeof fetch;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** One request, no repetition, no redirect. Throws an `UpstreamError` when no answer came. */
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

/** Failures before a connection stood. */
const beforeConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** No connection stood when the request failed: it cannot have left. */
export const neverLeft = (error: unknown): boolean =>
  beforeConnected.has(reasonOf(error instanceof UpstreamError ? error.cause : error));

/** What is known of a request that brought no answer: why, and whether it may have been carried out. */
function lostAnswer(error: unknown, endpoint: string, isWrite: boolean): UpstreamError {
  const reason = reasonOf(error);
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const effect = isWrite && !neverLeft(error) ? 'unknown' : 'none';
  const message = timedOut
    ? `${endpoint} did not answer in time`
    : `${endpoint} could not be reached${reason && ` (${reason})`}`;
  return new UpstreamError(timedOut ? 'timeout' : 'network', message, { effect, endpoint, cause: error });
}

/** The system's word for it; `fetch` hides it in the cause. Empty when there is none. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}
