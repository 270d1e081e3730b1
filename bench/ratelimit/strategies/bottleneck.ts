import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { retrying } from '../retrying.ts';
import type { CreateStrategy } from '../strategy.ts';

/**
 * Clustered over ioredis. A reservoir for the quota, and `minTime` beside it to spread the calls, as the readme strongly
 * recommends ("Reservoir Intervals"). Lower numbers are more urgent; the default is 5.
 */
export const bottleneck: CreateStrategy = async ({ cell, redisUrl, key, send }) => {
  const { hostname, port } = new URL(redisUrl);
  const limiter = new Bottleneck({
    id: key,
    datastore: 'ioredis',
    clearDatastore: false,
    Redis,
    clientOptions: { host: hostname, port: Number(port) },
    reservoir: cell.limit,
    reservoirRefreshAmount: cell.limit,
    reservoirRefreshInterval: cell.windowMs,
    minTime: Math.ceil(cell.windowMs / cell.limit),
  });
  limiter.on('error', (error) => process.stderr.write(`bottleneck: ${error}\n`));
  await limiter.ready();
  return { run: ({ urgent }) => retrying(() => limiter.schedule({ priority: urgent ? 1 : 5 }, send)) };
};
