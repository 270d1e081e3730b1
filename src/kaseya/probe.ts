import { UpstreamError } from '../domain/errors.ts';
import type { Ports } from '../domain/ports.ts';
import type { UpstreamHealth } from '../outbound/health.ts';
import { userTemplate } from './session.ts';
import type { Transport } from './transport.ts';

export interface ProbeOptions extends Pick<Ports, 'random' | 'sleep'> {
  health: UpstreamHealth;
  /** Sends one small read to the upstream. */
  ask(): Promise<unknown>;
  signal: AbortSignal;
  /** Between two reads, give or take a quarter, in milliseconds; 20 s by default. */
  pauseMs?: number;
}

const usualPauseMs = 20_000;

/**
 * While an upstream is down, sends it a small read from time to time, so that its return is noticed even when no run calls.
 * Stops once it is up, or refuses our sign-in: repeated wrong passwords lock the user.
 */
export async function probeWhileDown(options: ProbeOptions): Promise<void> {
  const { health, ask, signal, random, sleep, pauseMs = usualPauseMs } = options;
  while (health.state() === 'down') {
    await sleep(pauseMs * (0.75 + random() / 2), { signal }).catch(() => {});
    if (signal.aborted) return;
    if (health.state() === 'down') await ask().catch(() => {});
  }
}

/** While BMS is down only the probe calls it. Every other call is refused unsent, as if no connection could be made. */
export const heldWhileDown = (transport: Transport, health: UpstreamHealth): Transport => ({
  async call(request) {
    const isHeldBack = health.state() === 'down' && request.template !== userTemplate;
    if (!isHeldBack) return transport.call(request);
    const endpoint = `${request.method} ${request.template}`;
    throw new UpstreamError('network', 'BMS is down: nothing is sent until it answers', { effect: 'none', endpoint });
  },
});
