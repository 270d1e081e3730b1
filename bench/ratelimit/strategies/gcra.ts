import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { retrying } from '../retrying.ts';
import type { CreateStrategy } from '../strategy.ts';

/**
 * KEYS 1 theoretical arrival time · ARGV 1 ms between calls
 * Books the next place and returns the ms until it.
 */
const book = `
local t = redis.call('TIME')
local now = t[1] * 1000 + t[2] / 1000
local arrival = math.max(now, tonumber(redis.call('GET', KEYS[1]) or now))
redis.call('SET', KEYS[1], tostring(arrival + tonumber(ARGV[1])), 'PX', 600000)
return tostring(arrival - now)
`;

/** The generic cell rate algorithm without a burst, its most careful form: one call every window ÷ limit, over all processes. */
export const gcra: CreateStrategy = ({ cell, redisUrl, key, send }) => {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const spacingMs = cell.windowMs / cell.limit;
  return {
    run: () =>
      retrying(async () => {
        await sleep(Number(await redis.eval(book, 1, key, spacingMs)));
        return send();
      }),
  };
};
