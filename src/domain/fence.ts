import { AsyncLocalStorage } from 'node:async_hooks';

const checks = new AsyncLocalStorage<() => Promise<void>>();

/**
 * Runs `work` so that `check` precedes every write in it. The check throws `FencedError` when another worker owns the
 * run now. It travels with the call, so no client between the owner and the wire needs to know about owners.
 */
export const fenced = <T>(check: () => Promise<void>, work: () => Promise<T>): Promise<T> => checks.run(check, work);

/** Clients call this right before they send a write, after every wait. Throws what the check throws. */
export const checkFence = async (): Promise<void> => checks.getStore()?.();
