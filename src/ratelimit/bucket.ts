import { type Caller, currentCaller, lanes } from '../domain/call-context.ts';
import { RetryableError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import { askOrClose } from './closed.ts';
import { endingsOf } from './endings.ts';
import type { LimitNews } from './headers.ts';
import { type Ask, bindSteps, type Draw, type Ending, type Steps, type Store } from './steps.ts';

/** Waits end up to so much later than they must, so that not all wake at the same moment. */
export const wakeSpreadMs = 5;

export interface Limit {
  requests: number;
  windowMs: number;
  /** Calls in flight at most; absent or 0: as many as the limit allows. */
  concurrency?: number;
  /** Nobody has said it: it is not paced, until an answer lowers it. */
  isGuess?: boolean;
}

/** What an answer says of the buckets beside the endpoint's own, by their names. */
export interface OtherNews {
  news?: Record<string, LimitNews>;
  /** What the call cost in truth, where `costs` was an estimate. */
  spent?: Record<string, number>;
}

/** A permit to send one request. Exactly one of the two must be called, whatever became of the request; neither throws. */
export interface Permit {
  /** It was sent. `status` null: no answer came. `news` is about the endpoint's own bucket. */
  answered(status: number | null, news: LimitNews, others?: OtherNews): Promise<void>;
  /** It was never sent: the permit is free again at once. */
  unused(): Promise<void>;
}

export interface AcquireOptions extends Partial<Caller> {
  /** Permits that the call costs, by bucket name; 1 when absent. */
  costs?: Record<string, number>;
}

export interface Bucket {
  /**
   * Waits for a permit for `endpoint` (method and path template) and for every bucket alongside it: all or none. A wait up
   * to `patienceMs` is slept; a longer one is thrown as `RetryableError` `rate_limited`, so that the run can be parked and
   * its slot freed; it keeps its place if it asks again in time. `RetryableError` `budget_unavailable`: Redis is away.
   * On whose behalf it asks is the current caller's (`runAs`), unless `options` say otherwise.
   */
  acquire(endpoint: string, signal: AbortSignal, options?: AcquireOptions): Promise<Permit>;
}

export type BucketPorts = Pick<Ports, 'now' | 'monotonic' | 'random' | 'newId' | 'sleep'>;

export interface BucketOptions extends BucketPorts {
  /** Whose quota it is: part of every bucket's name. */
  tenant: string;
  /** The rule of an endpoint, or of a bucket named by `alongside`. */
  limitOf(name: string): Limit;
  /** Further buckets that every call to the endpoint draws from: an account's, a token's. */
  alongside?(endpoint: string): readonly string[];
  /** Longer than any request may take, so that a permit in use is never given out twice. */
  leaseMs: number;
  patienceMs: number;
}

export function createBucket(redis: Store, options: BucketOptions): Bucket {
  const steps = bindSteps(redis);
  const { patienceMs } = options;
  // Redis keeps time in whole milliseconds.
  const leaseMs = Math.ceil(options.leaseMs);
  const waiting = new Set<string>();
  /** When each bucket was last used by this process. */
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
      // Two calls of one piece of work at the same time need two places in the queue; so do those in two lanes.
      const named = id === undefined ? permit : `${id} ${lane} ${endpoint}`;
      const waiter = waiting.has(named) ? permit : named;
      const ask = { permit, waiter, leaseMs, lane: lanes.indexOf(lane), client };
      const handle = createPermit(redis, steps, ask, draws, options);
      waiting.add(waiter);
      try {
        await untilGranted(redis, steps, {
          ask,
          draws,
          endpoint,
          patienceMs,
          givesUpAt,
          signal,
          giveBack: handle.unused,
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

interface NamedDraw extends Draw {
  /** The name without the tenant, as callers know it. */
  shortName: string;
}

interface Wait {
  ask: Ask;
  draws: readonly NamedDraw[];
  endpoint: string;
  patienceMs: number;
  givesUpAt: number;
  signal: AbortSignal;
  giveBack(): Promise<void>;
  ports: BucketPorts;
}

async function untilGranted(redis: Store, steps: Steps, wait: Wait): Promise<void> {
  const { ask, draws, signal, ports } = wait;
  const giveUpAt = ports.now() + wait.patienceMs;
  // Nobody knows an unnamed caller again, so it has no place to come back to.
  const comesBackUntil = ask.waiter === ask.permit ? giveUpAt : wait.givesUpAt;
  for (;;) {
    signal.throwIfAborted();
    const comesBackWithinMs = Math.max(0, comesBackUntil - ports.now());
    const { waitMs, refusedBy } = await askOrClose(
      redis,
      () => steps.acquire({ ...ask, comesBackWithinMs }, draws),
      (late) => void (late.refusedBy === null && wait.giveBack()),
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

function createPermit(redis: Store, steps: Steps, ask: Ask, draws: readonly NamedDraw[], ports: BucketPorts): Permit {
  // The call is over, whether or not Redis hears of it: its result must not be lost. The lease gives the permit back.
  const settle = (how: 'unused' | 'lost' | 'answered', endings: readonly Ending[]) =>
    askOrClose(
      redis,
      () => steps.settle(ask, how, endings),
      () => {},
      ports,
    ).catch(() => {});
  return {
    answered(status, news, { news: others = {}, spent = {} } = {}) {
      const heard = draws.map((draw, index) => (index === 0 ? news : (others[draw.shortName] ?? {})));
      const costs = draws.map((draw) => spent[draw.shortName] ?? draw.cost);
      return settle(status === null ? 'lost' : 'answered', endingsOf(status, draws, heard, costs));
    },
    unused: () => settle('unused', endingsOf(null, draws)),
  };
}
