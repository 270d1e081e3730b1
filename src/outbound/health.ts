import type { Logger } from 'pino';
import { errorCode, errorMessage, isTransient, UpstreamError } from '../domain/errors.ts';

/** Who is called by this process, and how that goes. */
export interface UpstreamStatus {
  upstream: string;
  isUp: boolean;
  /** ms since 1970; null while there was none. */
  lastAnswerAt: number | null;
}

/**
 * What the end of a call says of the upstream: it `answered`, be it with a no; it gave nothing usable (`failed`); it will
 * not have us at all, whatever we ask (`refused`). Null: nothing, for the call was never made.
 */
export type CallOutcome = 'answered' | 'failed' | 'refused' | null;

/** `missing`: its last calls gave nothing usable; it will be back. `refused`: only a person can mend that. */
export type HealthState = 'up' | 'down' | 'refused';

/** Whether an upstream can be reached, as the calls of this process tell. Nothing is called to find out. */
export interface UpstreamHealth {
  /** Makes the call and takes note of how it ends; `signOf` reads what a failure says. */
  watch<T>(call: () => Promise<T>, outcomeOf: (error: unknown) => CallOutcome): Promise<T>;
  state(): HealthState;
  onChange(listener: (state: HealthState) => void): void;
  /** Null until it has been called. */
  view(): UpstreamStatus | null;
}

/** One call may fail for a reason of its own, and a restart takes a moment; so many in a row, over so long, are neither. */
const failuresUntilDown = 3;
const downAfterMs = 5_000;

export interface HealthOptions {
  log: Logger;
  now(): number;
}

/** Logs `<upstream>_unreachable` once when calls begin to fail, and `<upstream>_back` once with the seconds that it took. */
export function createUpstreamHealth(upstream: string, { log, now }: HealthOptions): UpstreamHealth {
  let failures = 0;
  let downSince = 0;
  let state: HealthState = 'up';
  let lastAnswerAt: number | null = null;
  const listeners: ((state: HealthState) => void)[] = [];

  const change = (to: HealthState) => {
    state = to;
    for (const listener of listeners) listener(to);
  };

  const answered = () => {
    lastAnswerAt = now();
    failures = 0;
    if (state === 'up') return;
    log.info({ seconds: Math.round((lastAnswerAt - downSince) / 1000) }, `${upstream}_back`);
    change('up');
  };

  const failed = (error: unknown, sign: 'failed' | 'refused', startedAt: number) => {
    failures += 1;
    if (failures === 1) downSince = startedAt;
    const is = sign === 'refused' ? 'refused' : 'down';
    const isPassing = failures < failuresUntilDown || now() - downSince < downAfterMs;
    if (state === is || state === 'refused' || (is === 'down' && isPassing)) return;
    log.error({ code: errorCode(error), error: errorMessage(error) }, `${upstream}_unreachable`);
    change(is);
  };

  return {
    async watch(call, signOf) {
      const startedAt = now();
      try {
        const answer = await call();
        answered();
        return answer;
      } catch (error) {
        const sign = signOf(error);
        if (sign === 'answered') answered();
        else if (sign !== null) failed(error, sign, startedAt);
        throw error;
      }
    },
    state: () => state,
    onChange: (listener) => void listeners.push(listener),
    view: () => (failures === 0 && lastAnswerAt === null ? null : { upstream, isUp: state === 'up', lastAnswerAt }),
  };
}

/** A no is an answer, but for one to the token: one endpoint may refuse it for reasons of its own, all of them may not. */
export const outcomeOfRequest = (error: unknown): CallOutcome => {
  if (!(error instanceof UpstreamError)) return null;
  const hasFailed = error.code === 'auth' || (isTransient(error) && error.code !== 'throttled');
  return hasFailed ? 'failed' : 'answered';
};

/** What a call tells beyond its requests. */
export const outcomeOfSignIn = (error: unknown): CallOutcome =>
  errorCode(error) === 'sign_in_refused' ? 'refused' : null;

const modelOutcomes: Record<string, CallOutcome> = { model_unavailable: 'failed', model_refused: 'refused' };
export const outcomeOfModelCall = (error: unknown): CallOutcome => modelOutcomes[errorCode(error)] ?? null;

export type UpstreamsHealth = Record<'bms' | 'model', UpstreamHealth>;

export const createUpstreamsHealth = (options: HealthOptions): UpstreamsHealth => ({
  bms: createUpstreamHealth('bms', options),
  model: createUpstreamHealth('model', options),
});
