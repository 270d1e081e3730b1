import { setTimeout as sleep } from 'node:timers/promises';
import type { Reach } from './reach.ts';

const betweenMs = 20_000;

/**
 * While an upstream is missing, asks it something small from time to time: runs that wait need not find out each for
 * itself when it is back, and it is seen to be back when no run waits. Never asks one that refuses us: a wrong password
 * tried again and again locks the user.
 */
export async function scout(reach: Reach, ask: () => Promise<unknown>, signal: AbortSignal, pauseMs = betweenMs) {
  while (reach.state() === 'missing') {
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    if (reach.state() === 'missing') await ask().catch(() => {});
  }
}
