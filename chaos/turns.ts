import type { HttpTap } from '../harness/http-proxy.ts';

/** What was asked of the model for one alert. */
export interface Turns {
  /** Completions asked for more than once. After a crash before the answer was kept, that is all one can do. */
  retried: number;
  /** Completions asked for although their answer was in the journal; must stay 0. */
  reasked: number;
}

export interface TurnCount {
  tap: HttpTap;
  of(alertRefId: string): Turns;
}

/** Counts completions at the model. A turn is known by how many answers of the model the conversation holds already. */
export function countTurns(answered: (alertRefId: string) => number): TurnCount {
  const seen = new Map<string, Set<number>>();
  const counts = new Map<string, Turns>();
  const of = (alertRefId: string): Turns => counts.get(alertRefId) ?? { retried: 0, reasked: 0 };
  return {
    of,
    tap(moment, { body }) {
      const alertRefId = /sourceId\\+":\s*\\+"([^"\\]+)/.exec(body)?.[1];
      if (moment !== 'before' || alertRefId === undefined) return 'pass';
      const turn = body.match(/"role":"assistant"/g)?.length ?? 0;
      const before = seen.get(alertRefId) ?? new Set();
      const { retried, reasked } = of(alertRefId);
      counts.set(alertRefId, {
        retried: retried + (before.has(turn) ? 1 : 0),
        reasked: reasked + (turn < answered(alertRefId) ? 1 : 0),
      });
      seen.set(alertRefId, before.add(turn));
      return 'pass';
    },
  };
}
