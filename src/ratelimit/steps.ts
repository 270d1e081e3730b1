import type { Cluster, Redis } from 'ioredis';
import { lanes } from '../domain/call-context.ts';
import { acquire } from './acquire.lua.ts';
import { inspect } from './inspect.lua.ts';
import { bucketKeys, registryKey } from './keys.ts';
import { settle } from './settle.lua.ts';

export type Store = Redis | Cluster;

/** How many permits to take from one bucket, and that bucket's configured limit. */
export interface Draw {
  /** Tenant and short name. */
  name: string;
  /** Permits a window. */
  limit: number;
  /** Whole ms. */
  windowMs: number;
  /** Permits that the call takes, from 1 to `limit`. */
  cost: number;
  /** Calls in flight at most; 0: as many as the limit allows. */
  concurrency: number;
  /** This process has used the bucket within the last window, so if its state is gone, it was lost. */
  remembered: boolean;
  /** The limit is a guess: it is not paced until an answer lowers it. */
  isGuess: boolean;
}

export interface Ask {
  /** Unique to the call: a repeated request for the same permit is granted once. */
  permit: string;
  /** Names the place in the queue: the same when the same work asks again. */
  waiter: string;
  leaseMs: number;
  /** Place of the caller's lane in `lanes`. */
  lane: number;
  client: string;
  /** After a longer wait (ms) the waiter does not come back, so it gets no place. Absent or infinite: it comes back after any wait. */
  comesBackWithinMs?: number;
}

/** Did this bucket let the call through? An object: it refused, for `forMs` (null: unstated). `unknown`: another bucket refused. */
export type Verdict = 'passed' | 'unknown' | { forMs: number | null };

/** How a call ended for one bucket. Null: the answer does not say. */
export interface Ending {
  draw: Draw;
  /** Permits that the call actually cost. */
  spent: number;
  verdict: Verdict;
  limit: number | null;
  remaining: number | null;
  resetMs: number | null;
}

/** The rate budget's atomic steps, one Lua script each. They throw what Redis throws. */
export interface Steps {
  /** `refusedBy` is the bucket to wait for, for `waitMs`; null when the permits were granted. */
  acquire(ask: Ask, draws: readonly Draw[]): Promise<{ waitMs: number; refusedBy: Draw | null }>;
  settle(
    ask: Pick<Ask, 'permit' | 'leaseMs'>,
    how: 'unused' | 'lost' | 'answered',
    endings: readonly Ending[],
  ): Promise<void>;
  /** The figures that the script `inspect` returns, in its order; empty when the bucket is unknown. */
  inspect(name: string): Promise<number[]>;
  /** Every bucket in use, by its last use. */
  names(): Promise<string[]>;
}

const firstBackgroundLane = lanes.indexOf('poll');

/** Binds the scripts to a connection. `edit` changes a script's text first: tests replace the clock with it. */
export function bindSteps(redis: Store, edit: (source: string) => string = (source) => source): Steps {
  const bind = (name: string, lua: string) => {
    redis.defineCommand(name, { lua: edit(lua) });
    return (keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> =>
      Reflect.apply(Reflect.get(redis, name) as (...parts: unknown[]) => Promise<unknown>, redis, [
        keys.length,
        ...keys,
        ...args,
      ]);
  };
  const scripts = {
    acquire: bind('bms_limitAcquire', acquire),
    settle: bind('bms_limitSettle', settle),
    inspect: bind('bms_limitInspect', inspect),
  };
  const orNothing = (value: number | null) => value ?? '';

  return {
    async acquire({ permit, waiter, leaseMs, lane, client, comesBackWithinMs = Number.POSITIVE_INFINITY }, draws) {
      const patience = Number.isFinite(comesBackWithinMs) ? comesBackWithinMs : '';
      const keys = draws.flatMap(({ name }) => {
        const { used, busy, wait, seen, turns, meta } = bucketKeys(name);
        return [used, busy, wait, seen, turns, meta];
      });
      const rules = draws.flatMap(({ name, limit, windowMs, cost, concurrency, remembered, isGuess }) => [
        ...[name, limit, windowMs, cost, concurrency],
        ...[remembered, isGuess].map(Number),
      ]);
      const ask = [permit, waiter, leaseMs, lane, firstBackgroundLane, client, patience];
      const answer = await scripts.acquire([...keys, registryKey], [...ask, ...rules]);
      const [waitMs = 0, refusing = 0] = answer as number[];
      return { waitMs, refusedBy: draws[refusing - 1] ?? null };
    },
    async settle({ permit, leaseMs }, how, endings) {
      const keys = endings.flatMap(({ draw }) => {
        const { used, busy, meta } = bucketKeys(draw.name);
        return [used, busy, meta];
      });
      const facts = endings.flatMap(({ draw, spent, verdict, limit, remaining, resetMs }) => [
        ...[draw.windowMs, draw.limit, draw.cost, spent],
        ...(typeof verdict === 'string' ? [verdict, ''] : ['refused', orNothing(verdict.forMs)]),
        ...[limit, remaining, resetMs].map(orNothing),
      ]);
      await scripts.settle(keys, [permit, how, leaseMs, ...facts]);
    },
    async inspect(name) {
      const { used, busy, wait, meta } = bucketKeys(name);
      return (await scripts.inspect([used, busy, wait, meta], [lanes.length])) as number[];
    },
    names: () => redis.zrange(registryKey, '0', '-1'),
  };
}
