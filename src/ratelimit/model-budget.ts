import { type BucketPorts, createBucket, type Limit } from './bucket.ts';
import type { LimitNews } from './headers.ts';
import { readModelHeaders } from './model-headers.ts';
import type { Store } from './steps.ts';

export interface ModelBudgetOptions extends BucketPorts {
  /** Whose limits they are: the provider's address and the model. */
  name: string;
  /** What the account may do; null: whatever headers and 429s tell. */
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
  /** Longer than any answer may take. */
  leaseMs: number;
  patienceMs: number;
}

/** Leave to send one request to the model. Exactly one `answered` must follow. */
export interface ModelPermit {
  /** `status` and `headers` null: no answer came. `tokens` null: not known how many it used. */
  answered(status: number | null, headers: Headers | null, tokens: number | null): Promise<void>;
}

/** Waits until the model may be asked something of so many tokens; throws as `Bucket.acquire` does. */
export type ModelBudget = (tokens: number, signal: AbortSignal) => Promise<ModelPermit>;

const windowMs = 60_000;
/** More than any account has: for who does not say how much it is. */
const plenty = 10_000;

/** A model provider's limits in requests and tokens a minute, through the same bucket as BMS's. */
export function createModelBudget(redis: Store, options: ModelBudgetOptions): ModelBudget {
  const { name, requestsPerMinute, tokensPerMinute, leaseMs, patienceMs, ...ports } = options;
  // One slot stands for many tokens, so that a minute is never more than a thousand slots or so.
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

/** Rounded down: what is left of a unit is not enough for it. */
function inUnits({ limit, remaining, ...rest }: LimitNews, unit: number): LimitNews {
  return {
    ...rest,
    ...(limit === undefined ? {} : { limit: Math.max(1, Math.floor(limit / unit)) }),
    ...(remaining === undefined ? {} : { remaining: Math.floor(remaining / unit) }),
  };
}
