/**
 * Time, chance, ids and waiting. No part of the service takes these from the machine: `app` hands them in, so that a
 * test or a simulator can decide them. A function asks for the ones it needs (`Pick<Ports, 'now'>`).
 */
export interface Ports {
  /** The wall clock, in milliseconds since 1970. */
  now(): number;
  /** A clock that never goes back, in milliseconds from a start of its own: for durations. */
  monotonic(): number;
  /** A number from 0 to 1, 1 excluded. */
  random(): number;
  /** A new UUID. */
  newId(): string;
  /** Unpredictable bytes, for keys and nonces. */
  randomBytes(size: number): Buffer;
  /** Resolves after `ms` milliseconds. Rejects with an `AbortError` as soon as `signal` aborts. */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
  /** Does the work once, after `ms` milliseconds. The returned function cancels it. */
  after(ms: number, work: () => void): () => void;
}

export interface SleepOptions {
  signal?: AbortSignal;
  /** False: the process may end while this waits. */
  ref?: boolean;
}

export type Clock = Pick<Ports, 'now'>;

/** A time (Unix, ms) as records hold it: ISO 8601, UTC. */
export const isoAt = (ms: number): string => new Date(ms).toISOString();

/** Aborts with a `TimeoutError` after `ms` milliseconds, unless `clear` comes first. */
export function timeLimit(ms: number, { after }: Pick<Ports, 'after'>): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const clear = after(ms, () => controller.abort(new DOMException(`no end within ${ms} ms`, 'TimeoutError')));
  return { signal: controller.signal, clear };
}
