import type { Verdict } from './limiter.ts';

export const rateHeaderKinds = ['none', 'retry-after', 'retry-after-date', 'triple', 'structured'] as const;
export type RateHeaders = (typeof rateHeaderKinds)[number];

/**
 * What the upstream reports of its limit. Kaseya documents no headers at all; the kinds are what clients meet elsewhere:
 * RFC 9110 `Retry-After` in both forms, and the two shapes of the IETF RateLimit draft (-00…-06, and since -08).
 * Seconds are rounded up, so that a caller that waits that long is let through.
 */
export function rateHeaders(kind: RateHeaders, verdict: Verdict, now: number): Record<string, string> {
  const { ok, limit, remaining, windowSeconds, resetMs, retryMs } = verdict;
  const wait = Math.ceil((ok ? resetMs : retryMs) / 1000);
  switch (kind) {
    case 'none':
      return {};
    case 'retry-after':
      return ok ? {} : { 'retry-after': String(wait) };
    case 'retry-after-date':
      return ok ? {} : { 'retry-after': new Date(Math.ceil((now + retryMs) / 1000) * 1000).toUTCString() };
    case 'triple':
      return {
        'ratelimit-limit': String(limit),
        'ratelimit-remaining': String(remaining),
        'ratelimit-reset': String(wait),
      };
    case 'structured':
      return {
        'ratelimit-policy': `"default";q=${limit};w=${windowSeconds}`,
        ratelimit: `"default";r=${remaining};t=${wait}`,
      };
  }
}
