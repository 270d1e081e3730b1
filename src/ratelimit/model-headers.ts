import { clamp, type LimitNews, readLimitHeaders } from './headers.ts';
import { integer } from './quota.ts';

/** What a model provider's answer says of its limits in requests and in tokens a minute. */
export interface ModelNews {
  /** Holds `retryAfterMs` too, as every call draws from this limit. */
  requests: LimitNews;
  tokens: LimitNews;
}

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, as OpenAI and the servers that speak its protocol send
 * them, and `retry-after-ms` before `Retry-After`. A malformed header counts as absent; nothing throws.
 */
export function readModelHeaders(headers: Headers, now: number): ModelNews {
  const { retryAfterMs } = readLimitHeaders(headers, now);
  const waitMs = integer(headers.get('retry-after-ms')) ?? retryAfterMs;
  return {
    requests: { ...quotaIn(headers, 'requests'), ...(waitMs === undefined ? {} : { retryAfterMs: clamp(waitMs) }) },
    tokens: quotaIn(headers, 'tokens'),
  };
}

function quotaIn(headers: Headers, unit: 'requests' | 'tokens'): LimitNews {
  const limit = integer(headers.get(`x-ratelimit-limit-${unit}`));
  const remaining = integer(headers.get(`x-ratelimit-remaining-${unit}`));
  const resetMs = durationMs(headers.get(`x-ratelimit-reset-${unit}`));
  return {
    ...(limit ? { limit } : {}),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  };
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** Reads a duration as Go writes it (`1s`, `6m0s`, `20ms`, `1.5s`) into ms; a bare figure is seconds. Undefined if malformed. */
export function durationMs(text: string | null): number | undefined {
  const trimmed = text?.trim() ?? '';
  if (/^\d{1,9}(\.\d+)?$/.test(trimmed)) return clamp(Number(trimmed) * 1_000);
  if (!/^(\d{1,9}(\.\d+)?(h|ms|m|s))+$/.test(trimmed)) return undefined;
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return clamp(parts.reduce((sum, [, figure, unit = '']) => sum + Number(figure) * (unitMs[unit] ?? 0), 0));
}
