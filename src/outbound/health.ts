import type { Logger } from 'pino';
import { errorCode, errorMessage, isTransient, UpstreamError } from '../domain/errors.ts';
import type { Watch } from './watch.ts';

/** An upstream that this process calls, and how it last answered. */
export interface UpstreamStatus {
  upstream: string;
  isUp: boolean;
  /** ms since 1970; null before the first answer. */
  lastAnswerAt: number | null;
}

/**
 * What the end of a call says about the upstream. `answered`: it gave an answer, if only an error. `failed`: it gave nothing
 * usable. `refused`: it refuses us altogether. Null: nothing, because the call was never made.
 */
export type CallOutcome = 'answered' | 'failed' | 'refused' | null;

/** `down`: the latest calls gave nothing usable, which may pass. `refused`: only a person can fix it. */
export type HealthState = 'up' | 'down' | 'refused';

/** Whether an upstream can be reached, judged by the calls that this process makes anyway. */
export interface UpstreamHealth {
  /** Makes the call and records its outcome; `outcomeOf` reads the outcome from a thrown error, which is rethrown. */
  watch<T>(call: () => Promise<T>, outcomeOf: (error: unknown) => CallOutcome): Promise<T>;
  state(): HealthState;
  /** Calls the listener at each change of state. */
  onChange(listener: (state: HealthState) => void): void;
  /** Null until the upstream has been called. */
  view(): UpstreamStatus | null;
}

/** One call may fail for its own reason, and a restart takes a moment. So many failures in a row, over so long, are an outage. */
const failuresUntilDown = 3;
const downAfterMs = 5_000;

export interface HealthOptions {
  log: Logger;
  now(): number;
}

/** Logs `<upstream>_unreachable` once when an outage begins, and `<upstream>_back` once when it ends, with its length in seconds. */
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

  const failed = (error: unknown, outcome: 'failed' | 'refused', startedAt: number) => {
    failures += 1;
    if (failures === 1) downSince = startedAt;
    const to = outcome === 'refused' ? 'refused' : 'down';
    const isPassing = failures < failuresUntilDown || now() - downSince < downAfterMs;
    if (state === to || state === 'refused' || (to === 'down' && isPassing)) return;
    log.error({ code: errorCode(error), error: errorMessage(error) }, `${upstream}_unreachable`);
    change(to);
  };

  return {
    async watch(call, outcomeOf) {
      const startedAt = now();
      try {
        const answer = await call();
        answered();
        return answer;
      } catch (error) {
        const outcome = outcomeOf(error);
        if (outcome === 'answered') answered();
        else if (outcome !== null) failed(error, outcome, startedAt);
        throw error;
      }
    },
    state: () => state,
    onChange: (listener) => void listeners.push(listener),
    view: () => (failures === 0 && lastAnswerAt === null ? null : { upstream, isUp: state === 'up', lastAnswerAt }),
  };
}

/**
 * The outcome of one request: any answer means the upstream is up, except a 401 to the token. One endpoint may refuse a token
 * for its own reasons, but when every call is refused nothing works.
 */
export const outcomeOfRequest = (error: unknown): CallOutcome => {
  if (!(error instanceof UpstreamError)) return null;
  const hasFailed = error.code === 'auth' || (isTransient(error) && error.code !== 'throttled');
  return hasFailed ? 'failed' : 'answered';
};

/** The outcome of a sign-in, whose requests have been watched one by one: only a refused sign-in adds to them. */
export const outcomeOfSignIn = (error: unknown): CallOutcome =>
  errorCode(error) === 'sign_in_refused' ? 'refused' : null;

const modelOutcomes: Record<string, CallOutcome> = { model_unavailable: 'failed', model_refused: 'refused' };
/** The outcome of one call to the model. */
export const outcomeOfModelCall = (error: unknown): CallOutcome => modelOutcomes[errorCode(error)] ?? null;

/** The same call; the outcome of each one is recorded. */
export const watched =
  <A extends unknown[], R>(
    call: (...args: A) => Promise<R>,
    health: UpstreamHealth,
    outcomeOf: (error: unknown) => CallOutcome,
  ) =>
  (...args: A): Promise<R> =>
    health.watch(() => call(...args), outcomeOf);

/** Records the outcome of every request that a client sends, repetitions included. */
export const watchRequests =
  (health: UpstreamHealth): Watch =>
  (request) =>
    health.watch(request, outcomeOfRequest);

export type UpstreamsHealth = Record<'bms' | 'model', UpstreamHealth>;

export const createUpstreamsHealth = (options: HealthOptions): UpstreamsHealth => ({
  bms: createUpstreamHealth('bms', options),
  model: createUpstreamHealth('model', options),
});
