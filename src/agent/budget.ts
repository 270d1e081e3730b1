import { RetryableError } from '../errors.ts';
import type { RunState } from '../fold.ts';

/** What one run may use up. */
export interface Budget {
  /** Model answers. */
  steps: number;
  /** Prompt and completion tokens together. */
  tokens: number;
  /** From the first start, waiting included. */
  wallMs: number;
  /** Failed tries in a row to reach the model. */
  modelFailures: number;
}

export const maxCallsPerTurn = 8;

/** Why the run may not go on; null while it may. */
export function exhausted(state: RunState, budget: Budget, now: number): { code: string; message: string } | null {
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

/** What a call is told when its wait for the rate budget would outlast the run; null when it is worth waiting. */
export function outlasts(
  error: unknown,
  state: Pick<RunState, 'startedAt'>,
  budget: Pick<Budget, 'wallMs'>,
  now: number,
): string | null {
  if (!(error instanceof RetryableError) || error.code !== 'rate_limited' || state.startedAt === null) return null;
  if (now + error.retryAfterMs <= Date.parse(state.startedAt) + budget.wallMs) return null;
  const seconds = Math.ceil(error.retryAfterMs / 1000);
  return `no call is left for ${seconds} s, which is longer than this run may last: do not retry, go on without it`;
}
