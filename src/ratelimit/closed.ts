import { errorMessage, RetryableError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import type { Store } from './steps.ts';

/** Only Redis knows what is left of the budget, so nothing is sent without it. */
const unavailable = (cause?: unknown) => {
  const why = cause === undefined ? 'cannot be reached' : `cannot be read: ${errorMessage(cause)}`;
  return new RetryableError('budget_unavailable', `the rate budget in Redis ${why}`, { retryAfterMs: 2_000, cause });
};

const patienceMs = 2_000;

/**
 * Answers with what `question` reads from Redis. Throws `RetryableError` `budget_unavailable` (`retryAfterMs` 2,000) when
 * Redis fails or is silent for two seconds, or four at most where it was not connected. A question that was given up may
 * still be answered later: `tooLate` gets that answer.
 */
export async function askOrClose<T>(
  redis: Store,
  question: () => Promise<T>,
  tooLate: (answer: T) => void,
  ports: Pick<Ports, 'now' | 'sleep'>,
): Promise<T> {
  // ioredis would queue a command on a closed connection and send it long after its caller has gone.
  if (redis.status !== 'ready') await untilReady(redis, ports);
  const answer = question();
  const timer = new AbortController();
  const isLate = () => 'late' as const;
  const late = ports.sleep(patienceMs, { signal: timer.signal, ref: false }).then(isLate, isLate);
  try {
    const first = await Promise.race([answer.then((value) => ({ value })), late]);
    if (first !== 'late') return first.value;
    answer.then(tooLate).catch(() => {});
    throw unavailable();
  } catch (error) {
    throw error instanceof RetryableError ? error : unavailable(error);
  } finally {
    timer.abort();
  }
}

async function untilReady(redis: Store, { now, sleep }: Pick<Ports, 'now' | 'sleep'>): Promise<void> {
  for (const giveUpAt = now() + patienceMs; redis.status !== 'ready'; await sleep(25)) {
    if (now() > giveUpAt) throw unavailable();
  }
}
