import type { StrategyName } from '../cell.ts';
import type { CreateStrategy } from '../strategy.ts';

/** Loaded by name, so that a process holds only the library that it measures. */
export const strategies: Record<StrategyName, () => Promise<CreateStrategy>> = {
  'bms-triage': async () => (await import('./ours.ts')).ours,
  'article-recipe': async () => (await import('./article-recipe.ts')).articleRecipe,
  'backoff-jitter': async () => (await import('./backoff-jitter.ts')).backoffJitter,
  'p-queue': async () => (await import('./p-queue.ts')).pQueue,
  bottleneck: async () => (await import('./bottleneck.ts')).bottleneck,
  'rate-limiter-flexible': async () => (await import('./rate-limiter-flexible.ts')).rateLimiterFlexible,
  'bullmq-limiter': async () => (await import('./bullmq-limiter.ts')).bullmqLimiter,
  gcra: async () => (await import('./gcra.ts')).gcra,
};
