export const windowKinds = ['fixed', 'sliding', 'bucket'] as const;
export type WindowKind = (typeof windowKinds)[number];

export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

export interface Verdict {
  ok: boolean;
  limit: number;
  windowSeconds: number;
  remaining: number;
  /** Until the quota is whole again (fixed, bucket) or the oldest call leaves the window (sliding). */
  resetMs: number;
  /** Until a call would be let through; 0 when this one was. */
  retryMs: number;
}

/** Counts calls per key. A refused call costs nothing; a cost of 0 only reads the state. */
export interface Limiter {
  take(key: string, now: number, cost?: 0 | 1): Verdict;
}

export function createLimiter(kind: WindowKind, rate: RateLimit): Limiter {
  const windows = { fixed: createFixed, sliding: createSliding, bucket: createBucket };
  return windows[kind](rate);
}

/** Windows begin on the clock, not at the first call: twice the limit may pass around a boundary, as with real servers. */
function createFixed({ limit, windowSeconds }: RateLimit): Limiter {
  const windowMs = windowSeconds * 1000;
  const counts = new Map<string, { window: number; used: number }>();
  return {
    take(key, now, cost = 1) {
      const window = Math.floor(now / windowMs);
      const seen = counts.get(key);
      const used = seen?.window === window ? seen.used : 0;
      const ok = used + cost <= limit;
      const spent = ok ? used + cost : used;
      counts.set(key, { window, used: spent });
      const resetMs = (window + 1) * windowMs - now;
      return { ok, limit, windowSeconds, remaining: limit - spent, resetMs, retryMs: ok ? 0 : resetMs };
    },
  };
}

function createSliding({ limit, windowSeconds }: RateLimit): Limiter {
  const windowMs = windowSeconds * 1000;
  const calls = new Map<string, number[]>();
  return {
    take(key, now, cost = 1) {
      const recent = (calls.get(key) ?? []).filter((at) => at > now - windowMs);
      const ok = recent.length + cost <= limit;
      if (ok && cost > 0) recent.push(now);
      calls.set(key, recent);
      const resetMs = (recent[0] ?? now) + windowMs - now;
      return { ok, limit, windowSeconds, remaining: limit - recent.length, resetMs, retryMs: ok ? 0 : resetMs };
    },
  };
}

function createBucket({ limit, windowSeconds }: RateLimit): Limiter {
  const perMs = limit / (windowSeconds * 1000);
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(key, now, cost = 1) {
      const last = buckets.get(key) ?? { tokens: limit, at: now };
      const filled = Math.min(limit, last.tokens + (now - last.at) * perMs);
      // A hair of tolerance: a caller that waits exactly as long as asked must not fail by a rounding error.
      const ok = filled >= cost - 1e-9;
      const tokens = ok ? Math.max(0, filled - cost) : filled;
      buckets.set(key, { tokens, at: now });
      const retryMs = ok ? 0 : (1 - tokens) / perMs;
      const resetMs = (limit - tokens) / perMs;
      return { ok, limit, windowSeconds, remaining: Math.floor(tokens), resetMs, retryMs };
    },
  };
}
