import { allowedCalls, utilisation } from '../../bench/ratelimit/measure.ts';
import { headersOf } from '../../bench/ratelimit/upstream-server.ts';
import { createLimiter } from '../../sim/bms/limiter.ts';
import type { WindowKind } from '../../sim/bms/options.ts';
import { createRandom } from '../../sim/bms/random.ts';
import { endingsOf } from '../../src/ratelimit/endings.ts';
import { readLimitHeaders } from '../../src/ratelimit/headers.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface LoadOptions {
  policy: WindowKind;
  /** Calls that are wanted at any time, by all workers together. */
  callers: number;
  /** Share of the limit that other users of the quota ask for, 0 to 1. */
  foreign: number;
  resets: 'ceil' | 'floor';
  seed: string;
}

const upstream = { limit: 80, windowMs: 4_000 };
const durationMs = 16_000;
const leaseMs = 5_000;
/** Others have used the quota for so long before our first call. */
const foreignLeadMs = 3_000;

/**
 * The saturated upstream of the bench, with the scripts as they are, in virtual time: a run is repeatable to the last call, and
 * takes a fraction of a second. Answers the share of what was left for us that we used, and the calls that were refused.
 */
export async function playLoad({ steps, at }: VirtualClock, options: LoadOptions) {
  const { policy, callers, foreign, resets, seed } = options;
  const random = createRandom(seed);
  const between = (min: number, max: number) => min + random.next() * (max - min);
  const draw = { name: JSON.stringify(options), ...upstream, cost: 1, concurrency: 0, remembered: false };
  const limiter = createLimiter(policy, { limit: upstream.limit, windowSeconds: upstream.windowMs / 1000 });
  const phaseMs = upstream.windowMs * between(0.1, 0.9);
  const agenda = createAgenda();
  const tally = { granted: 0, rejected: 0, foreign: 0 };
  let firstAt: number | null = null;
  let permits = 0;

  async function want(waiter: string, now: number): Promise<void> {
    await at(now);
    const permit = `p${permits++}`;
    const { waitMs, refusedBy } = await steps.acquire({ permit, waiter, leaseMs, lane: 2, client: 'main' }, [draw]);
    if (refusedBy !== null) return agenda.add(now + waitMs + between(0, 20), (then) => want(waiter, then));
    agenda.add(now + between(15, 60), async (arrived) => arrive(permit, arrived));
  }

  function arrive(permit: string, now: number): void {
    firstAt ??= now;
    const verdict = limiter.take('tenant', now + phaseMs);
    tally[verdict.ok ? 'granted' : 'rejected'] += 1;
    agenda.add(now + between(10, 50), async (answered) => {
      await at(answered);
      const news = readLimitHeaders(new Headers(headersOf(verdict, resets)), answered);
      await steps.settle({ permit, leaseMs }, 'answered', endingsOf(verdict.ok ? 200 : 429, [draw], [news]));
      await want(`after ${permit}`, answered);
    });
  }

  async function foreignCall(now: number): Promise<void> {
    if (limiter.take('tenant', now + phaseMs).ok && firstAt !== null) tally.foreign += 1;
    agenda.add(now + (upstream.windowMs / (upstream.limit * foreign)) * between(0.5, 1.5), foreignCall);
  }

  const startAt = 1_000_000;
  if (foreign > 0) agenda.add(startAt - foreignLeadMs, foreignCall);
  for (let caller = 0; caller < callers; caller += 1)
    agenda.add(startAt + between(0, 20), (now) => want(`caller ${caller}`, now));
  for (let next = agenda.take(); next && next.at <= (firstAt ?? next.at) + durationMs; next = agenda.take())
    await next.run(next.at);

  const allowed = allowedCalls({ ...upstream, policy }, durationMs);
  return { use: utilisation(allowed, tally.granted, tally.foreign), rejected: tally.rejected };
}

type Event = { at: number; run(now: number): Promise<void> };

/** What is to happen, the earliest first. */
function createAgenda() {
  const events: Event[] = [];
  return {
    add(at: number, run: Event['run']): void {
      const later = events.findLastIndex((event) => event.at <= at);
      events.splice(later + 1, 0, { at, run });
    },
    take: () => events.shift(),
  };
}
