import { type Caller, currentCaller, lanes } from '../domain/call-context.ts';
import { RetryableError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { askOrClose } from './closed.ts';
import { createPermit, type NamedDraw, type Permit } from './permit.ts';
import { type Ask, bindSteps, type Steps, type Store } from './steps.ts';

/** Waits are lengthened by a random part of this, so that waiters do not all wake at the same moment. */
export const wakeSpreadMs = 5;

/** A limit as configured. What the upstream says can only lower it. */
export interface Limit {
  /** Calls a window, at least 1. */
  requests: number;
  windowMs: number;
  /** Calls in flight at most; absent or 0: as many as the limit allows. */
  concurrency?: number;
  /** The limit is a guess: it is not paced until an answer lowers it. */
  isGuess?: boolean;
}

export interface AcquireOptions extends Partial<Caller> {
  /** Permits that the call costs, by short bucket name; 1 where absent. */
  costs?: Record<string, number>;
}

export interface Bucket {
  /**
   * Waits for a permit for `endpoint` (method and path template) and for every bucket alongside it: all or none. A wait of
   * up to `patienceMs` is slept. The caller is the current one (`runAs`), unless `options` name another.
   *
   * Throws `RetryableError` `rate_limited` for a longer wait, so that the run can be parked and its slot freed; the run keeps
   * its place in the queue if it asks again in time. Throws `RetryableError` `budget_unavailable` when Redis cannot be reached,
   * and an `AbortError` when the signal aborts.
   */
  acquire(endpoint: string, signal: AbortSignal, options?: AcquireOptions): Promise<Permit>;
}

export type BucketPorts = Pick<Ports, 'now' | 'monotonic' | 'random' | 'newId' | 'sleep'>;

export interface BucketOptions extends BucketPorts {
  /** The owner of the quota: part of every bucket's name. */
  tenant: string;
  /** The limit of an endpoint, or of a bucket named by `alongside`. */
  limitOf(shortName: string): Limit;
  /** Further buckets that every call to the endpoint draws from: an account's, a token's. */
  alongside?(endpoint: string): readonly string[];
  /** Longer than any request may take, so that a permit in use is never given out twice. */
  leaseMs: number;
  /** The longest wait that is slept; a longer one is thrown. */
  patienceMs: number;
}

/**
 * The rate budget that all workers share: a token bucket in Redis for each tenant and endpoint. A permit comes back one
 * window after the response to its call, so the limit holds whether the upstream counts in fixed windows, sliding windows or
 * a bucket. See `docs/rate-limits.md`.
 */
export function createBucket(redis: Store, options: BucketOptions): Bucket {
  const steps = bindSteps(redis);
  // Redis keeps time in whole milliseconds.
  const leaseMs = Math.ceil(options.leaseMs);
  const waiting = new Set<string>();
  /** When this process last used each bucket. */
  const lastUse = new Map<string, number>();

  const drawsOf = (endpoint: string, costs: Record<string, number>): NamedDraw[] =>
    [endpoint, ...(options.alongside?.(endpoint) ?? [])].map((shortName) => {
      const { requests: limit, windowMs: window, concurrency = 0, isGuess = false } = options.limitOf(shortName);
      const windowMs = Math.ceil(window);
      const cost = Math.min(limit, Math.max(1, Math.ceil(costs[shortName] ?? 1)));
      const name = `${options.tenant} ${shortName}`;
      const remembered = options.monotonic() - (lastUse.get(name) ?? Number.NEGATIVE_INFINITY) < windowMs;
      return { shortName, name, limit, windowMs, cost, concurrency, remembered, isGuess };
    });

  return {
    async acquire(endpoint, signal, { costs = {}, ...changes } = {}) {
      const { lane, client, id, givesUpAt = Number.POSITIVE_INFINITY } = { ...currentCaller(), ...changes };
      const draws = drawsOf(endpoint, costs);
      const permit = options.newId();
      // Two calls of one piece of work at the same time need two places in the queue; so do calls in two lanes.
      const named = id === undefined ? permit : `${id} ${lane} ${endpoint}`;
      const waiter = waiting.has(named) ? permit : named;
      const ask = { permit, waiter, leaseMs, lane: lanes.indexOf(lane), client };
      const handle = createPermit(redis, steps, ask, draws, options);
      const { patienceMs } = options;
      waiting.add(waiter);
      try {
        await untilGranted(redis, steps, {
          ask,
          draws,
          endpoint,
          patienceMs,
          givesUpAt,
          signal,
          handle,
          ports: options,
        });
      } finally {
        waiting.delete(waiter);
      }
      for (const { name } of draws) lastUse.set(name, options.monotonic());
      return handle;
    },
  };
}

interface Wait {
  ask: Ask;
  draws: readonly NamedDraw[];
  endpoint: string;
  patienceMs: number;
  givesUpAt: number;
  signal: AbortSignal;
  handle: Permit;
  ports: BucketPorts;
}

async function untilGranted(redis: Store, steps: Steps, wait: Wait): Promise<void> {
  const { ask, draws, signal, ports } = wait;
  const giveUpAt = ports.now() + wait.patienceMs;
  // A caller without an id cannot be recognised when it asks again, so no place is kept for it.
  const comesBackUntil = ask.waiter === ask.permit ? giveUpAt : wait.givesUpAt;
  for (;;) {
    signal.throwIfAborted();
    const comesBackWithinMs = Math.max(0, comesBackUntil - ports.now());
    const { waitMs, refusedBy } = await askOrClose(
      redis,
      () => steps.acquire({ ...ask, comesBackWithinMs }, draws),
      (late) => void (late.refusedBy === null && wait.handle.unused()),
      ports,
    );
    if (refusedBy === null) return;
    if (ports.now() + waitMs > giveUpAt) {
      const message = `${wait.endpoint} may not be called for ${Math.ceil(waitMs / 1000)} s (${refusedBy.name})`;
      throw new RetryableError('rate_limited', message, { retryAfterMs: waitMs });
    }
    await ports.sleep(waitMs + ports.random() * wakeSpreadMs, { signal });
  }
}
