import { type Lane, lanes } from '../domain/call-context.ts';
import { burstShare } from './acquire.lua.ts';
import { bindSteps, type Store } from './steps.ts';

/** One bucket as an operator sees it; figures are permits unless a name has a unit. */
export interface LimitView {
  bucket: string;
  /** `limit` is the one in force: lower than the configured one where the upstream has shown that it is. */
  configured: number;
  limit: number;
  windowMs: number;
  /** Permits in use or not yet back from their last use; calls of other users count too. */
  used: number;
  remaining: number;
  inFlight: number;
  /** ISO 8601; null when no 429 blocks the bucket. */
  blockedUntil: string | null;
  /** One call at a time, until one passes. */
  probing: boolean;
  /** Half of the limit is used: every lane but `escalation` is paced, so that the rest lasts. */
  pacing: boolean;
  waiting: Record<Lane, number>;
  /** Since the bucket's state was created: permits granted, 429s, and calls made by other users of the quota. */
  granted: number;
  refused: number;
  foreign: number;
}

/** The buckets in use (within a week), by their last use, the latest last. Only reads; throws what Redis throws. */
export async function viewLimits(redis: Store, now: () => number): Promise<LimitView[]> {
  const steps = bindSteps(redis);
  const names = await steps.names();
  const views = await Promise.all(names.map(async (name) => viewOf(name, await steps.inspect(name), now())));
  return views.flatMap((view) => view ?? []);
}

function viewOf(bucket: string, figures: readonly number[], now: number): LimitView | null {
  if (figures.length === 0) return null;
  const [configured = 0, windowMs = 0, limit = 0, used = 0, inFlight = 0, blockedMs = 0, probing = 0] = figures;
  const [granted = 0, refused = 0, foreign = 0, bursts = 0, ...waiters] = figures.slice(7);
  return {
    ...{ bucket, configured, limit, windowMs, used, inFlight, granted, refused, foreign },
    remaining: Math.max(0, limit - used),
    blockedUntil: blockedMs > 0 ? new Date(now + blockedMs).toISOString() : null,
    probing: probing === 1,
    pacing: bursts === 0 && used >= limit * burstShare,
    waiting: Object.fromEntries(lanes.map((lane, index) => [lane, waiters[index] ?? 0])) as Record<Lane, number>,
  };
}
