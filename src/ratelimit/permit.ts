import type { Ports } from '../domain/ports.ts';
import { askOrClose } from './closed.ts';
import { endingsOf } from './endings.ts';
import type { LimitNews } from './headers.ts';
import type { Ask, Draw, Ending, Steps, Store } from './steps.ts';

/** What an answer says of the buckets alongside the endpoint's own, by their short names. */
export interface OtherNews {
  news?: Record<string, LimitNews>;
  /** What the call actually cost, in permits, where `costs` was an estimate. */
  spent?: Record<string, number>;
}

/**
 * Leave to send one request. Exactly one of the two functions must be called, however the request ended. Neither throws: if
 * Redis is away, the permit comes back when its lease ends.
 */
export interface Permit {
  /** The request was sent. `status` null: no answer came. `news` is about the endpoint's own bucket. */
  answered(status: number | null, news: LimitNews, others?: OtherNews): Promise<void>;
  /** The request was never sent: the permit is free again at once. */
  unused(): Promise<void>;
}

export interface NamedDraw extends Draw {
  /** The name without the tenant, as callers know it. */
  shortName: string;
}

export function createPermit(
  redis: Store,
  steps: Steps,
  ask: Pick<Ask, 'permit' | 'leaseMs'>,
  draws: readonly NamedDraw[],
  ports: Pick<Ports, 'now' | 'sleep'>,
): Permit {
  // The call is over even if Redis cannot record it, and its result must not be lost.
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
