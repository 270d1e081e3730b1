import type { Bucket } from '../../src/ratelimit/bucket.ts';
import type { LimitNews } from '../../src/ratelimit/headers.ts';

export interface Settled {
  endpoint: string;
  /** `unused` is a permit that was given back. */
  status: number | null | 'unused';
  news: LimitNews;
  /** Of the buckets alongside. */
  others: Record<string, LimitNews>;
}

/** A bucket without a bottom, for tests of what a client tells it. */
export function openBucket(): Bucket & { settled: Settled[] } {
  const settled: Settled[] = [];
  return {
    settled,
    acquire: async (endpoint) => ({
      answered: async (status, news, others) =>
        void settled.push({ endpoint, status, news, others: others?.news ?? {} }),
      unused: async () => void settled.push({ endpoint, status: 'unused', news: {}, others: {} }),
    }),
  };
}
