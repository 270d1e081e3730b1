import type { Redis } from 'ioredis';
import { clock } from '../../src/ratelimit/clock.lua.ts';
import { bindSteps, type Steps } from '../../src/ratelimit/steps.ts';

const key = '{bms}:test:now';

export interface VirtualClock {
  steps: Steps;
  /** Sets the time, in ms. */
  at(now: number): Promise<unknown>;
}

/** The scripts unchanged but for the line that reads the time: here a key holds the time. */
export function virtualClock(redis: Redis): VirtualClock {
  const steps = bindSteps(redis, (source) => {
    if (!source.includes(clock)) throw new Error('the script does not read the clock as the others do');
    return source.replace(clock, `local now = tonumber(redis.call('GET', '${key}'))\n`);
  });
  return { steps, at: (now) => redis.set(key, Math.floor(now)) };
}
