import { Redis } from 'ioredis';
import { RateLimiterQueue, RateLimiterRedis } from 'rate-limiter-flexible';
import { retrying } from '../retrying.ts';
import type { CreateStrategy } from '../strategy.ts';

/** `RateLimiterQueue` over `RateLimiterRedis`: what its wiki offers for calls to a third party's limited API. */
export const rateLimiterFlexible: CreateStrategy = ({ cell, redisUrl, key, send }) => {
  const limiter = new RateLimiterRedis({
    storeClient: new Redis(redisUrl, { maxRetriesPerRequest: null }),
    keyPrefix: key,
    points: cell.limit,
    duration: cell.windowMs / 1000,
  });
  const queue = new RateLimiterQueue(limiter);
  return {
    run: () =>
      retrying(async () => {
        await queue.removeTokens(1);
        return send();
      }),
  };
};
