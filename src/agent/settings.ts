import { z } from 'zod';
import { baseUrl, count, positive, required } from '../domain/settings.ts';
import type { RunBudget } from './budget.ts';

/** The key `accounts`: a sender's customer or site → the BMS account's name. */
export const accountsSchema = z.record(z.string(), z.string()).default({});

/** The key `escalation`: the BMS queue that people work from. */
export const escalationSchema = z.strictObject({ queue: z.string().min(1) }).default({ queue: 'Tier 3 Escalation' });

/** The key `model`: what the model provider allows; null: only its headers and 429s say. */
export const modelSchema = z
  .strictObject({
    requestsPerMinute: count.nullable().default(null),
    tokensPerMinute: count.nullable().default(null),
  })
  .prefault({});

/** The key `budget`: what one run may use up. */
export const budgetSchema = z
  .strictObject({
    steps: count.default(12),
    tokens: count.default(120_000),
    writes: count.default(20),
    minutes: positive.default(60),
    modelFailures: count.default(5),
  })
  .prefault({});

/** Part of the key `timeouts`. */
export const modelTimeout = { modelSeconds: positive.default(120) };

export const modelEnv = {
  OPENAI_BASE_URL: baseUrl.optional(),
  OPENAI_API_KEY: required('the key of the model provider'),
  OPENAI_MODEL: required('the name of a model that supports tools'),
};

export const runBudget = ({ minutes, ...counts }: z.infer<typeof budgetSchema>): RunBudget => ({
  ...counts,
  wallMs: minutes * 60_000,
});

interface ModelSettings {
  OPENAI_BASE_URL?: string | undefined;
  OPENAI_API_KEY: string;
  OPENAI_MODEL: string;
  timeouts: { modelSeconds: number };
}

/** The options of the model's client that come from the configuration. */
export const modelOptions = (settings: ModelSettings) => ({
  baseUrl: settings.OPENAI_BASE_URL,
  apiKey: settings.OPENAI_API_KEY,
  model: settings.OPENAI_MODEL,
  timeoutMs: settings.timeouts.modelSeconds * 1000,
});

/** Whose limits the model's calls count against. The name is shown with the limits, so it holds no key. */
export const modelQuotaOwner = ({ OPENAI_BASE_URL, OPENAI_MODEL }: ModelSettings): string =>
  `model ${OPENAI_BASE_URL ?? 'openai'} ${OPENAI_MODEL}`;
