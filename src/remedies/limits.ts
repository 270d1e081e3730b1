import { dattoLimits } from '../datto-rmm/client.ts';
import type { Limit } from '../ratelimit/bucket.ts';
import { webhookLimits } from './webhook.ts';

const limits: Readonly<Record<string, Limit>> = { ...dattoLimits, ...webhookLimits };

/** What a service that carries out remedies allows, by the bucket's name. */
export const remedyLimit = (name: string): Limit => limits[name] ?? { requests: 100, windowMs: 60_000 };
