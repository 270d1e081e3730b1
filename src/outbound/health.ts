import type { Logger } from 'pino';
import { errorCode, errorMessage, isTransient, UpstreamError } from '../domain/errors.ts';

/** Who is called by this process, and how that goes. */
export interface ReachRecord {
  upstream: string;
  isUp: boolean;
  /** ms since 1970; null while there was none. */
  lastAnswerAt: number | null;
}

/**
 * What the end of a call says of the upstream: it `answered`, be it with a no; it gave nothing usable (`missed`); it will
 * not have us at all, whatever we ask (`refused`). Null: nothing, for the call was never made.
 */
export type Sign = 'answered' | 'missed' | 'refused' | null;

/** `missing`: its last calls gave nothing usable; it will be back. `refused`: only a person can mend that. */
export type ReachState = 'up' | 'missing' | 'refused';

/** Whether an upstream can be reached, as the calls of this process tell. Nothing is called to find out. */
export interface Reach {
  /** Makes the call and takes note of how it ends; `signOf` reads what a failure says. */
  watch<T>(call: () => Promise<T>, signOf: (error: unknown) => Sign): Promise<T>;
  state(): ReachState;
  onChange(listener: (state: ReachState) => void): void;
  /** Null until it has been called. */
  view(): ReachRecord | null;
}

/** One call may fail for a reason of its own, and a restart takes a moment; so many in a row, over so long, are neither. */
const missesUntilDown = 3;
const missingForMs = 5_000;

interface ReachOptions {
  log: Logger;
  now?: () => number;
}

/** Logs `<upstream>_unreachable` once when calls begin to fail, and `<upstream>_back` once with the seconds that it took. */
export function createReach(upstream: string, { log, now = Date.now }: ReachOptions): Reach {
  let misses = 0;
  let missingSince = 0;
  let state: ReachState = 'up';
  let lastAnswerAt: number | null = null;
  const listeners: ((state: ReachState) => void)[] = [];

  const change = (to: ReachState) => {
    state = to;
    for (const listener of listeners) listener(to);
  };

  const answered = () => {
    lastAnswerAt = now();
    misses = 0;
    if (state === 'up') return;
    log.info({ seconds: Math.round((lastAnswerAt - missingSince) / 1000) }, `${upstream}_back`);
    change('up');
  };

  const missed = (error: unknown, sign: 'missed' | 'refused', startedAt: number) => {
    misses += 1;
    if (misses === 1) missingSince = startedAt;
    const is = sign === 'refused' ? 'refused' : 'missing';
    const isPassing = misses < missesUntilDown || now() - missingSince < missingForMs;
    if (state === is || state === 'refused' || (is === 'missing' && isPassing)) return;
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
        else if (sign !== null) missed(error, sign, startedAt);
        throw error;
      }
    },
    state: () => state,
    onChange: (listener) => void listeners.push(listener),
    view: () => (misses === 0 && lastAnswerAt === null ? null : { upstream, isUp: state === 'up', lastAnswerAt }),
  };
}

/** A no is an answer, but for one to the token: one endpoint may refuse it for reasons of its own, all of them may not. */
export const requestSign = (error: unknown): Sign => {
  if (!(error instanceof UpstreamError)) return null;
  const hasFailed = error.code === 'auth' || (isTransient(error) && error.code !== 'throttled');
  return hasFailed ? 'missed' : 'answered';
};

/** What a call tells beyond its requests. */
export const signInSign = (error: unknown): Sign => (errorCode(error) === 'sign_in_refused' ? 'refused' : null);

const modelSigns: Record<string, Sign> = { model_unavailable: 'missed', model_refused: 'refused' };
export const modelSign = (error: unknown): Sign => modelSigns[errorCode(error)] ?? null;

export type Reaches = Record<'bms' | 'model', Reach>;

export const createReaches = (log: Logger): Reaches => ({
  bms: createReach('bms', { log }),
  model: createReach('model', { log }),
});
