import { z } from 'zod';
import { count, positive } from '../domain/settings.ts';
import type { Limit } from './bucket.ts';

const limitSchema = z.strictObject({ requests: count, windowSeconds: positive, concurrency: count.optional() });

/** The key `rateLimit`: what one endpoint of BMS allows, and the endpoints that differ (method and path template). */
export const rateLimitSchema = limitSchema
  .extend({ endpoints: z.record(z.string(), limitSchema).default({}) })
  .default({ requests: 1500, windowSeconds: 3600, endpoints: {} });

/** The configured limit of each endpoint. */
export const limitsOf =
  ({ endpoints, ...general }: z.infer<typeof rateLimitSchema>) =>
  (endpoint: string): Limit => {
    const { requests, windowSeconds, concurrency = 0 } = endpoints[endpoint] ?? general;
    return { requests, windowMs: windowSeconds * 1000, concurrency };
  };

/** A permit outlives the longest request that it can be for, so that it is never given out twice. */
export const leaseFor = (timeoutMs: number): number => timeoutMs + 5_000;

/** How long a call sleeps until it may be made; a longer wait parks the run. */
export const patienceMs = {
  upstream: 2_000,
  /** Longer, as the wait is mostly for another answer of the model. */
  model: 10_000,
};
