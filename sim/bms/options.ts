import type { RateHeaders } from './rate-headers.ts';

export const windowKinds = ['fixed', 'sliding', 'bucket'] as const;
export type WindowKind = (typeof windowKinds)[number];
export const letterCases = ['camel', 'pascal'] as const;
export type LetterCase = (typeof letterCases)[number];

/** Both ends included. */
export interface Range {
  min: number;
  max: number;
}

export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

export interface BmsOptions {
  /** Every id, name of a user and alert reference in the tenant follows from it. */
  seed: string;
  integrationType: string;
  /** Sign-in and company name, where they must be known beforehand; what is absent follows from the seed. */
  credentials: { username?: string | undefined; password?: string | undefined; tenant?: string | undefined };
  /** Per tenant, method and path template; null switches the limit off. */
  rateLimit: RateLimit | null;
  window: WindowKind;
  rateHeaders: RateHeaders;
  /** How long an RMM job takes, in seconds. */
  jobSeconds: Range;
  /** Probability that a row of an RMM job fails. */
  jobFailure: number;
  /** Added to each answer. */
  latencyMs: Range;
  /** Lifetime of an access token. */
  tokenSeconds: number;
  /** How many open tickets an RMM has raised. */
  tickets: number;
  letterCase: LetterCase;
  /** Milliseconds since 1970; tests turn the clock by hand. */
  now: () => number;
}

export const defaultOptions: BmsOptions = {
  seed: '1',
  integrationType: 'dattormm',
  credentials: {},
  rateLimit: { limit: 1500, windowSeconds: 3600 },
  window: 'fixed',
  rateHeaders: 'none',
  jobSeconds: { min: 1, max: 3 },
  jobFailure: 0,
  latencyMs: { min: 0, max: 0 },
  tokenSeconds: 1800,
  tickets: 12,
  letterCase: 'camel',
  now: Date.now,
};
