import type { RateLimit, WindowKind } from './limiter.ts';
import type { RateHeaders } from './rate-headers.ts';

export const letterCases = ['camel', 'pascal'] as const;
export type LetterCase = (typeof letterCases)[number];
/** How BMS reports an error: with HTTP 200 and `success: false`, or with a fitting status too. Which one is unknown. */
export const errorStyles = ['envelope', 'http'] as const;
export type ErrorStyle = (typeof errorStyles)[number];
/** `odd` words are ones that no document names: partial, failed, and some that no client can foresee. */
export const jobWordings = ['normal', 'odd'] as const;
export type JobWording = (typeof jobWordings)[number];
/** Whether an alert whose ticket is resolved already can be resolved again: its row fails, or is done once more. */
export const secondResolves = ['refuse', 'repeat'] as const;
export type SecondResolve = (typeof secondResolves)[number];

/** Both ends included. */
export interface Range {
  min: number;
  max: number;
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
  errors: ErrorStyle;
  jobWords: JobWording;
  secondResolve: SecondResolve;
  /** Whether the tenant has bought Kaseya's writing helpers. */
  copilot: boolean;
  /** Base32; with it sign-in wants the code of the moment (RFC 6238) as `MFACode`. */
  mfaSecret: string | null;
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
  errors: 'envelope',
  jobWords: 'normal',
  secondResolve: 'refuse',
  copilot: true,
  mfaSecret: null,
  now: Date.now,
};
