import { AsyncLocalStorage } from 'node:async_hooks';

const checks = new AsyncLocalStorage<() => Promise<void>>();

/**
 * Runs `work` so that every write in it is preceded by `check`, which throws when the right to write is lost. The
 * check travels with the call, so that no client between the owner and the wire needs to know of owners.
 */
export const fenced = <T>(check: () => Promise<void>, work: () => Promise<T>): Promise<T> => checks.run(check, work);

/** For whoever puts a write on the wire: the last thing to do before, after every wait. */
export const checkFence = async (): Promise<void> => checks.getStore()?.();
