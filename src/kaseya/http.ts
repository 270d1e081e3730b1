import { readText } from './read-text.ts';
import { lostAnswer } from './transport.ts';

export interface Exchange {
  url: string;
  init: RequestInit;
  /** Names the request in errors. */
  endpoint: string;
  isWrite: boolean;
  timeoutMs: number;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** One request, no repetition, no redirect. Throws an `UpstreamError` when no answer came. */
export async function exchange({ url, init, endpoint, isWrite, timeoutMs }: Exchange): Promise<RawAnswer> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    return { status: response.status, headers: response.headers, text: await readText(response) };
  } catch (error) {
    throw lostAnswer(error, endpoint, isWrite);
  }
}
