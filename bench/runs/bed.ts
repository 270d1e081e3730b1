import { type ServiceClient, type Stack, startStack } from '../../harness/stack.ts';
import { startBenchRedis } from '../native-redis.ts';
import { withoutRateLimit } from './load.ts';

/** A service on a Redis and a simulated BMS of its own: one server, and the workers that the bench starts. */
export interface Bed {
  stack: Stack;
  client: ServiceClient;
}

export interface BedOptions {
  tickets: number;
  jobSeconds: string;
  config?: Record<string, unknown>;
}

export async function onBed<T>(
  { tickets, jobSeconds, config }: BedOptions,
  work: (bed: Bed) => Promise<T>,
): Promise<T> {
  const redis = await startBenchRedis();
  try {
    const stack = await startStack({
      redis,
      simFlags: ['--seed', 'bench', '--tickets', String(tickets), '--rate-limit', 'none', '--job-seconds', jobSeconds],
      config: { rateLimit: withoutRateLimit, ...config },
    });
    try {
      const server = await stack.start('server');
      return await work({ stack, client: stack.client(server.url) });
    } finally {
      await stack.stop();
    }
  } finally {
    await redis.stop();
  }
}
