import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { retrying } from '../retrying.ts';
import type { CreateStrategy } from '../strategy.ts';

/** From 0, the most urgent, to 9. */
const priorities = { urgent: 1, normal: 5, background: 9 };

/**
 * Clustered over ioredis. A reservoir for the quota, and `minTime` beside it to spread the calls, as the readme strongly
 * recommends ("Reservoir Intervals"). It also wants intervals that are multiples of 5 s when clustered; the window here is
 * shorter, as it is for all.
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
  return { run: ({ urgency }) => retrying(() => limiter.schedule({ priority: priorities[urgency] }, send)) };
};
