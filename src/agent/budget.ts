import { RetryableError } from '../domain/errors.ts';
import type { RunState } from '../domain/run-state.ts';

/** What one run may use up. */
export interface RunBudget {
  /** Model answers. */
  steps: number;
  /** Prompt and completion tokens together. */
  tokens: number;
  /** Writes that the model asked for; the service's hand-over is not counted. */
  writes: number;
  /** From the first start, waiting included. */
  wallMs: number;
  /** Failed attempts in a row to reach the model. */
  modelFailures: number;
}

/** Calls of one model answer beyond this are dropped. */
export const maxCallsPerTurn = 8;

/** Which bound the run has reached; null while it may go on. `message` is for a technician. */
export function exhausted(state: RunState, budget: RunBudget, now: number): { code: string; message: string } | null {
  const { modelCalls, promptTokens, completionTokens } = state.usage;
  if (modelCalls >= budget.steps) return { code: 'budget_steps', message: `no conclusion after ${modelCalls} steps` };
  const tokens = promptTokens + completionTokens;
  if (tokens >= budget.tokens) return { code: 'budget_tokens', message: `no conclusion after ${tokens} tokens` };
  if (state.startedAt !== null && now - Date.parse(state.startedAt) > budget.wallMs) {
    return { code: 'budget_time', message: `no conclusion within ${Math.round(budget.wallMs / 60_000)} minutes` };
  }
  if (state.modelFailures >= budget.modelFailures) {
    return {
      code: 'model_unavailable',
      message: `the model could not be reached ${state.modelFailures} times in a row`,
    };
  }
  return null;
}

type Limits = Pick<RunBudget, 'wallMs'>;
type Started = Pick<RunState, 'startedAt'>;

/** When the run must have ended (Unix time, ms); infinity before it starts. */
export const endsAt = ({ startedAt }: Started, { wallMs }: Limits): number =>
  startedAt === null ? Number.POSITIVE_INFINITY : Date.parse(startedAt) + wallMs;

/** The result of a call whose wait for the rate budget would outlast the run; null when it can wait. */
export function outlasts(error: unknown, state: Started, limits: Limits, now: number): string | null {
  if (!(error instanceof RetryableError) || error.code !== 'rate_limited') return null;
  if (now + error.retryAfterMs <= endsAt(state, limits)) return null;
  return `no call is left for ${secondsOf(error)} s, which is longer than this run may last: do not retry, go on without it`;
}

/** Why the run cannot wait for its model; null when it can. */
export function modelComesTooLate(error: unknown, state: Started, limits: Limits, now: number): string | null {
  if (!(error instanceof RetryableError) || now + error.retryAfterMs <= endsAt(state, limits)) return null;
  return `the model cannot be asked for ${secondsOf(error)} s (${error.code}), which is longer than this run may last`;
}

const secondsOf = ({ retryAfterMs }: RetryableError): number => Math.ceil(retryAfterMs / 1000);
