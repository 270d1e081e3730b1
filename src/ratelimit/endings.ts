import type { LimitNews } from './headers.ts';
import type { Draw, Ending, Verdict } from './steps.ts';

/** The wait after a refusal that says "in 0 seconds": it was rounded down. */
const roundedDownMs = 1_000;

/**
 * How a call ended for each of its buckets. `status` null: no answer came. `heard`: what the answer says of each bucket, and
 * `costs`: what the call actually cost, both in the order of `draws`.
 */
export function endingsOf(
  status: number | null,
  draws: readonly Draw[],
  heard: readonly LimitNews[] = [],
  costs: readonly number[] = [],
): Ending[] {
  const news = draws.map((_, index) => heard[index] ?? {});
  const verdicts = status === 429 ? refusals(news) : news.map((): Verdict => 'passed');
  return draws.map((draw, index) =>
    endingOf(draw, news[index] ?? {}, costs[index] ?? draw.cost, verdicts[index] ?? 'unknown'),
  );
}

/** Which buckets refused: those with a stated wait; if none is stated, the endpoint's own. A 429 says nothing of the others. */
function refusals(heard: readonly LimitNews[]): Verdict[] {
  const named = heard.map(
    ({ retryAfterMs, remaining, resetMs }) => retryAfterMs ?? (remaining === 0 ? resetMs : undefined),
  );
  if (named.every((ms) => ms === undefined))
    return heard.map((_, index) => (index === 0 ? { forMs: null } : 'unknown'));
  return named.map((ms) => (ms === undefined ? 'unknown' : { forMs: ms === 0 ? roundedDownMs : ms }));
}

/**
 * What a call cost by the upstream's own count, but never more than the whole limit: the script records every unit, and an
 * absurd figure would keep Redis busy. A figure that is not a number is ignored.
 */
const costIn = ({ limit, cost }: Draw, spent: number): number =>
  Number.isNaN(spent) ? cost : Math.min(limit, Math.max(0, Math.ceil(spent)));

/** A limit over another window than ours is ignored, but not what is left until its reset. */
function endingOf(draw: Draw, news: LimitNews, spent: number, verdict: Verdict): Ending {
  const sameWindow = news.windowMs === undefined || Math.abs(news.windowMs - draw.windowMs) <= draw.windowMs * 0.1;
  return {
    draw,
    spent: costIn(draw, spent),
    verdict,
    limit: sameWindow ? (news.limit ?? null) : null,
    remaining: news.remaining ?? null,
    resetMs: news.resetMs ?? null,
  };
}
