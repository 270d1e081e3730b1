import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLimiter, type Verdict } from '../../sim/bms/limiter.ts';
import type { Cell, Rounding } from './cell.ts';

export type UpstreamOptions = Pick<Cell, 'policy' | 'limit' | 'windowMs' | 'foreign' | 'resets' | 'durationMs'>;

/** What the upstream has counted so far. Calls after the measured time are answered, but not counted. */
export interface Tally {
  granted: number;
  rejected: number;
  /** Granted to other users of the quota. */
  foreign: number;
  /** Since the first call; 0 before it. */
  elapsedMs: number;
}

/** Every client shares one quota, as all workers of one tenant do. */
const key = 'tenant';

/**
 * An upstream with a limit. Its fixed windows begin at `phaseMs` on a clock of its own, not at the clients' first call.
 * A call takes 25 to 110 ms, counted somewhere in the middle, so that answers overtake each other.
 */
export function createUpstream(options: UpstreamOptions, phaseMs: number, clock = () => performance.now()) {
  const limiter = createLimiter(options.policy, { limit: options.limit, windowSeconds: options.windowMs / 1000 });
  const tally = { granted: 0, rejected: 0, foreign: 0 };
  let firstAt: number | null = null;
  const elapsed = () => (firstAt === null ? 0 : clock() - firstAt);
  const take = () => limiter.take(key, clock() + phaseMs);
  const isMeasured = () => firstAt !== null && elapsed() <= options.durationMs;

  return {
    /** One call of ours. */
    call(): Verdict {
      firstAt ??= clock();
      const verdict = take();
      if (isMeasured()) tally[verdict.ok ? 'granted' : 'rejected'] += 1;
      return verdict;
    },
    /** One call by another caller. */
    foreignCall(): void {
      if (take().ok && isMeasured()) tally.foreign += 1;
    },
    tally: (): Tally => ({ ...tally, elapsedMs: Math.min(elapsed(), options.durationMs) }),
  };
}

/** The triple of the IETF drafts, as Truto normalises it, and `Retry-After` on a refusal. */
export function headersOf(verdict: Verdict, resets: Rounding): Record<string, string> {
  const round = resets === 'ceil' ? Math.ceil : Math.floor;
  const seconds = String(round((verdict.ok ? verdict.resetMs : verdict.retryMs) / 1000));
  return {
    'ratelimit-limit': String(verdict.limit),
    'ratelimit-remaining': String(verdict.remaining),
    'ratelimit-reset': seconds,
    ...(verdict.ok ? {} : { 'retry-after': seconds }),
  };
}

/** Serves it: any path is a call, `/tally` answers the count. Foreign traffic has been there before the first call. */
export function serveUpstream(options: UpstreamOptions, phaseMs: number): Server {
  const upstream = createUpstream(options, phaseMs);
  if (options.foreign > 0) void foreignTraffic(options, upstream.foreignCall);
  return createServer(async (request, response) => {
    if (request.url === '/tally') return void response.end(JSON.stringify(upstream.tally()));
    await sleep(between(15, 60));
    const verdict = upstream.call();
    await sleep(between(10, 50));
    response.writeHead(verdict.ok ? 200 : 429, headersOf(verdict, options.resets)).end('{}');
  });
}

async function foreignTraffic({ limit, windowMs, foreign }: UpstreamOptions, call: () => void): Promise<void> {
  for (;;) {
    await sleep((windowMs / (limit * foreign)) * between(0.5, 1.5), undefined, { ref: false });
    call();
  }
}

const between = (min: number, max: number) => min + Math.random() * (max - min);
