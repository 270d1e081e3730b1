import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place.ts';
import type { Action } from './points.ts';

/** Carries out the faults. */
export interface Hands {
  /** False cuts the exchange at which the action was taken. */
  strike(action: Action, place: Place): boolean | Promise<boolean>;
  /** Resolves when no place is paused any more, and those that were have had time to act. */
  quiet(): Promise<void>;
}

/** Longer than a queue lock (15 s) and the check for stalled jobs (5 s) together: another worker has the run by then. */
const pauseMs = 32_000;
/** Longer than the service under test waits for BMS. */
const holdMs = 5_000;
/** Time for a process that was held up to act, or to find that it has lost the run. */
const afterwardsMs = 3_000;

export function createHands(places: readonly Place[], restartRedis: () => Promise<void>): Hands {
  let pausedUntil = 0;
  // One at a time: a second restart would find nothing to kill.
  let redisWork: Promise<void> = Promise.resolve();
  let rolling: Promise<void> = Promise.resolve();

  return {
    strike({ do: what }, place) {
      switch (what) {
        case 'kill':
          place.kill();
          return false;
        case 'cut':
          return false;
        case 'pause':
          place.pause(pauseMs);
          pausedUntil = Date.now() + pauseMs;
          return true;
        case 'terminate':
          place.terminate();
          return true;
        case 'roll':
          rolling = rolling.then(() => roll(places));
          return true;
        case 'restart-redis':
          redisWork = redisWork.then(restartRedis);
          return true;
        case 'hold':
          return sleep(holdMs).then(() => true);
        case 'answer':
          return true;
      }
    },
    async quiet() {
      await Promise.all([redisWork, rolling]);
      await sleep(Math.max(0, pausedUntil - Date.now()) + afterwardsMs);
    },
  };
}

/** Ends the processes one after the other, as a deploy does: the next when the last one has its successor. */
export async function roll(places: readonly Place[]): Promise<void> {
  for (const place of places) {
    const renewed = place.renewed();
    place.terminate();
    await Promise.race([renewed, sleep(40_000, undefined, { ref: false })]);
  }
}
