import { allowedCalls, utilisation } from '../../bench/ratelimit/measure.ts';
import { headersOf } from '../../bench/ratelimit/upstream-server.ts';
import type { WindowKind } from '../../sim/bms/limiter.ts';
import { createLimiter } from '../../sim/bms/limiter.ts';
import { createRandom } from '../../sim/bms/random.ts';
import { type Lane, lanes } from '../../src/domain/call-context.ts';
import { wakeSpreadMs } from '../../src/ratelimit/bucket.ts';
import { endingsOf } from '../../src/ratelimit/endings.ts';
import { readLimitHeaders } from '../../src/ratelimit/headers.ts';
import { drawOf } from './draws.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface LoadOptions {
  policy: WindowKind;
  limit: number;
  windowMs: number;
  durationMs: number;
  /** Calls that are wanted at any time, by all workers together. */
  callers: number;
  /** Clients that want a call now and then beside the callers; the returned waits are theirs. */
  occasional?: { clients: number; everyMs: number; lane: Lane };
  /** Share of the limit that other users of the quota ask for, 0 to 1. */
  foreign: number;
  resets: 'ceil' | 'floor';
  seed: string;
}

/** The upstream of the bench: four windows. */
export const benchUpstream = { limit: 80, windowMs: 4_000, durationMs: 16_000 };

const leaseMs = 5_000;
/** How long others have used the quota before our first call. */
const foreignLeadMs = 3_000;

interface Caller {
  client: string;
  lane: Lane;
  /** The id of the waiter, and since when its call has been wanted. */
  waiter: string;
  since: number;
  /** Is called when the answer has arrived. */
  answered(now: number): void;
}

/**
 * Plays a saturated upstream with the real scripts in virtual time: a run is repeatable to the last call, and takes a
 * fraction of a second. Returns the share of what was left for us that we used, the calls that were refused, how many permits
 * the callers got, and how long the occasional ones waited for theirs (ms, the shortest first).
 */
export async function playLoad({ steps, at }: VirtualClock, options: LoadOptions) {
  const { policy, limit, windowMs, durationMs, callers, occasional, foreign, resets, seed } = options;
  const random = createRandom(seed);
  const between = (min: number, max: number) => min + random.next() * (max - min);
  const draw = drawOf(JSON.stringify(options), limit, windowMs);
  const limiter = createLimiter(policy, { limit, windowSeconds: windowMs / 1000 });
  const phaseMs = windowMs * between(0.1, 0.9);
  const agenda = createAgenda();
  const tally = { granted: 0, rejected: 0, foreign: 0 };
  let callersGot = 0;
  const waits: number[] = [];
  let firstAt: number | null = null;
  let calls = 0;

  async function want(caller: Caller, now: number): Promise<void> {
    await at(now);
    const permit = `p${calls++}`;
    const { client, waiter } = caller;
    const ask = { permit, waiter, leaseMs, lane: lanes.indexOf(caller.lane), client };
    const { waitMs, refusedBy } = await steps.acquire(ask, [draw]);
    if (refusedBy !== null) return agenda.add(now + waitMs + between(0, wakeSpreadMs), (then) => want(caller, then));
    if (client === 'main') callersGot += 1;
    else waits.push(now - caller.since);
    agenda.add(now + between(15, 60), async (arrived) => arrive(caller, permit, arrived));
  }

  function arrive(caller: Caller, permit: string, now: number): void {
    firstAt ??= now;
    const verdict = limiter.take('tenant', now + phaseMs);
    tally[verdict.ok ? 'granted' : 'rejected'] += 1;
    agenda.add(now + between(10, 50), async (answered) => {
      await at(answered);
      const news = readLimitHeaders(new Headers(headersOf(verdict, resets)), answered);
      await steps.settle({ permit, leaseMs }, 'answered', endingsOf(verdict.ok ? 200 : 429, [draw], [news]));
      caller.answered(answered);
    });
  }

  const busy = (now: number) => {
    const caller: Caller = { client: 'main', lane: 'triage', waiter: `w${calls++}`, since: now, answered: busy };
    agenda.add(now, (then) => want(caller, then));
  };

  async function nowAndThen(client: string, lane: Lane, everyMs: number, now: number): Promise<void> {
    agenda.add(now + everyMs * between(2 / 3, 4 / 3), (then) => nowAndThen(client, lane, everyMs, then));
    await want({ client, lane, waiter: `w${calls++}`, since: now, answered: () => {} }, now);
  }

  async function foreignCall(now: number): Promise<void> {
    if (limiter.take('tenant', now + phaseMs).ok && firstAt !== null) tally.foreign += 1;
    agenda.add(now + (windowMs / (limit * foreign)) * between(0.5, 1.5), foreignCall);
  }

  const startAt = 1_000_000;
  if (foreign > 0) agenda.add(startAt - foreignLeadMs, foreignCall);
  for (let caller = 0; caller < callers; caller += 1) busy(startAt + between(0, 20));
  const { clients = 0, everyMs = 0, lane = 'triage' } = occasional ?? {};
  for (let client = 0; client < clients; client += 1)
    agenda.add(startAt + between(0, everyMs), (now) => nowAndThen(`client ${client}`, lane, everyMs, now));
  for (let next = agenda.take(); next && next.at <= (firstAt ?? next.at) + durationMs; next = agenda.take())
    await next.run(next.at);

  const allowed = allowedCalls({ limit, windowMs, policy }, durationMs);
  const use = utilisation(allowed, tally.granted, tally.foreign);
  return { use, rejected: tally.rejected, callersGot, waits: waits.sort((a, b) => a - b) };
}

type Event = { at: number; run(now: number): Promise<void> };

/** The events to come, the earliest first. */
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
