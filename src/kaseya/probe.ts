import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamError } from '../domain/errors.ts';
import type { UpstreamHealth } from '../outbound/health.ts';
import { userTemplate } from './session.ts';
import type { Transport } from './transport.ts';

const betweenMs = 20_000;

/**
 * While an upstream is missing, asks it something small from time to time: runs that wait need not find out each for
 * itself when it is back, and it is seen to be back when no run waits. Never asks one that refuses us: a wrong password
 * tried again and again locks the user.
 */
export async function probeWhileDown(
  reach: UpstreamHealth,
  ask: () => Promise<unknown>,
  signal: AbortSignal,
  pauseMs = betweenMs,
) {
  while (reach.state() === 'down') {
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    if (reach.state() === 'down') await ask().catch(() => {});
  }
}

/** While BMS is missing only its scout asks it: every call in vain would be one less for when it is back. */
export const sparing = (transport: Transport, reach: UpstreamHealth): Transport => ({
  async call(request) {
    const isHeldBack = reach.state() === 'down' && request.template !== userTemplate;
    if (!isHeldBack) return transport.call(request);
    const endpoint = `${request.method} ${request.template}`;
    throw new UpstreamError('network', 'BMS is away: nothing is sent until it answers', { effect: 'none', endpoint });
  },
});
