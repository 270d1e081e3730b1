import type { LimitNews } from './headers.ts';
import type { Draw, Ending } from './steps.ts';

/** Block after a 429 that does not say for how long; it doubles while probes are refused. */
const defaultBlockMs = 10_000;
/** A refusal that says "in 0 seconds" was rounded down. */
const roundedDownMs = 1_000;

/** How a call ended for each of its buckets, by what the answer says of each, and what the call cost in truth. */
export function endingsOf(
  status: number | null,
  draws: readonly Draw[],
  heard: readonly LimitNews[] = [],
  costs: readonly number[] = [],
): Ending[] {
  const blocks = blocksOf(
    status,
    draws.map((_, index) => heard[index] ?? {}),
  );
  return draws.map((draw, index) =>
    endingOf(draw, heard[index] ?? {}, costs[index] ?? draw.cost, blocks[index] ?? null),
  );
}

/** For how long each bucket is closed: after a 429 those that say so, or the endpoint's own if none does. */
function blocksOf(status: number | null, heard: readonly LimitNews[]): (number | null)[] {
  if (status !== 429) return heard.map(() => null);
  const said = heard.map(
    ({ retryAfterMs, remaining, resetMs }) => retryAfterMs ?? (remaining === 0 ? resetMs : undefined),
  );
  if (said.every((ms) => ms === undefined)) return heard.map((_, index) => (index === 0 ? defaultBlockMs : null));
  return said.map((ms) => (ms === 0 ? roundedDownMs : (ms ?? null)));
}

/**
 * What a call cost, as an upstream tells it: never more than the whole limit, as the script would write down every unit of
 * it, and Redis would do nothing else meanwhile. What is no figure is no news.
 */
const costIn = ({ limit, cost }: Draw, spent: number): number =>
  Number.isNaN(spent) ? cost : Math.min(limit, Math.max(0, Math.ceil(spent)));

/** A limit that is counted over another window than ours is not our limit; what is left until its reset still is. */
function endingOf(draw: Draw, news: LimitNews, spent: number, blockMs: number | null): Ending {
  const sameWindow = news.windowMs === undefined || Math.abs(news.windowMs - draw.windowMs) <= draw.windowMs * 0.1;
  return {
    draw,
    spent: costIn(draw, spent),
    blockMs,
    limit: sameWindow ? (news.limit ?? null) : null,
    remaining: news.remaining ?? null,
    resetMs: news.resetMs ?? null,
  };
}
