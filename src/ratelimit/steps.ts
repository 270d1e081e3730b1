import type { Cluster, Redis } from 'ioredis';
import { lanes } from '../domain/call-context.ts';
import { acquire } from './acquire.lua.ts';
import { bucketKeys, registryKey } from './keys.ts';
import { look } from './look.lua.ts';
import { settle } from './settle.lua.ts';

export type Store = Redis | Cluster;

/** How many permits of which bucket, and that bucket's rule. */
export interface Draw {
  name: string;
  limit: number;
  windowMs: number;
  cost: number;
  /** Permits in use at the same time at most; 0: as many as the limit allows. */
  concurrency: number;
  /** This process has used the bucket within the last window: state that is missing was lost. */
  remembered: boolean;
  /** Nobody has said what the limit is: it is not paced, until an answer lowers it. */
  isGuess: boolean;
}

export interface Ask {
  permit: string;
  waiter: string;
  leaseMs: number;
  /** Place of the caller's lane in `lanes`. */
  lane: number;
  client: string;
  /** It gives up on a longer wait and does not come back, so it needs no place then; absent or infinite: it comes back after any. */
  comesBackWithinMs?: number;
}

/** Was it this bucket that refused the call? `forMs` null: for how long is not said. `unknown`: another bucket refused. */
export type Verdict = 'passed' | 'unknown' | { forMs: number | null };

/** How a call ended for one bucket. Null: not known. */
export interface Ending {
  draw: Draw;
  spent: number;
  verdict: Verdict;
  limit: number | null;
  remaining: number | null;
  resetMs: number | null;
}

/** The budget's atomic steps, with keys and arguments in the order that the scripts want. */
export interface Steps {
  /** `refusedBy` is the bucket that has to be waited for; null when the permits were granted. */
  acquire(ask: Ask, draws: readonly Draw[]): Promise<{ waitMs: number; refusedBy: Draw | null }>;
  settle(
    ask: Pick<Ask, 'permit' | 'leaseMs'>,
    how: 'unused' | 'lost' | 'answered',
    endings: readonly Ending[],
  ): Promise<void>;
  /** The figures of `look`'s answer in their order; empty when the bucket is unknown. */
  look(name: string): Promise<number[]>;
  names(): Promise<string[]>;
}

const firstBackgroundLane = lanes.indexOf('enrichment');

/** `edit` is for tests that bring their own clock: it changes a script's text before it is bound. */
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
    look: bind('bms_limitLook', look),
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
    async look(name) {
      const { used, busy, wait, meta } = bucketKeys(name);
      return (await scripts.look([used, busy, wait, meta], [lanes.length])) as number[];
    },
    names: () => redis.zrange(registryKey, '0', '-1'),
  };
}
