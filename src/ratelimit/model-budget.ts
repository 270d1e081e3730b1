import { type BucketPorts, createBucket, type Limit } from './bucket.ts';
import type { LimitNews } from './headers.ts';
import { readModelHeaders } from './model-headers.ts';
import type { Store } from './steps.ts';

export interface ModelBudgetOptions extends BucketPorts {
  /** Names the limits' owner: the provider's address and the model. */
  name: string;
  /** The account's limits; null: learnt from headers and 429s. */
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** Longer than any answer may take (ms). */
  leaseMs: number;
  patienceMs: number;
}

/** Leave to send one request to the model. `answered` must be called exactly once; it does not throw. */
export interface ModelPermit {
  /** `status` and `headers` null: no answer came. `tokens` null: it is not known how many the call used. */
  answered(status: number | null, headers: Headers | null, tokens: number | null): Promise<void>;
}

/** Waits until a request of about so many tokens may be sent. Throws as `Bucket.acquire` does. */
export type ModelBudget = (tokens: number, signal: AbortSignal) => Promise<ModelPermit>;

const windowMs = 60_000;
/** More than any account has: stands in for a limit that is not configured. */
const plenty = 10_000;

/** A model provider's limits in requests and tokens a minute, through the same bucket as BMS's. */
export function createModelBudget(redis: Store, options: ModelBudgetOptions): ModelBudget {
  const { name, requestsPerMinute, tokensPerMinute, leaseMs, patienceMs, ...ports } = options;
  // One permit stands for many tokens, so that a minute never takes more than a thousand permits or so.
  const unit = tokensPerMinute === null ? 1_000 : Math.ceil(tokensPerMinute / 1_000);
  const limitOf = (stated: number | null): Limit => ({
    requests: stated ?? plenty,
    windowMs,
    isGuess: stated === null,
  });
  const limits: Record<string, Limit> = {
    requests: limitOf(requestsPerMinute),
    tokens: limitOf(tokensPerMinute === null ? null : Math.floor(tokensPerMinute / unit)),
  };
  const bucket = createBucket(redis, {
    tenant: name,
    limitOf: (shortName) => limits[shortName] ?? { requests: 1, windowMs },
    alongside: () => ['tokens'],
    leaseMs,
    patienceMs,
    ...ports,
  });
  return async (tokens, signal) => {
    const permit = await bucket.acquire('requests', signal, { costs: { tokens: tokens / unit } });
    return {
      answered(status, headers, used) {
        const news = headers && readModelHeaders(headers, ports.now());
        return permit.answered(status, news?.requests ?? {}, {
          news: { tokens: inUnits(news?.tokens ?? {}, unit) },
          ...(used === null ? {} : { spent: { tokens: used / unit } }),
        });
      },
    };
  };
}

/** Rounded down: a part of a unit is not enough for one. */
function inUnits({ limit, remaining, ...rest }: LimitNews, unit: number): LimitNews {
  return {
    ...rest,
    ...(limit === undefined ? {} : { limit: Math.max(1, Math.floor(limit / unit)) }),
    ...(remaining === undefined ? {} : { remaining: Math.floor(remaining / unit) }),
  };
}
