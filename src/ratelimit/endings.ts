import type { LimitNews } from './headers.ts';
import type { Draw, Ending, Verdict } from './steps.ts';

/** A refusal that says "in 0 seconds" was rounded down. */
const roundedDownMs = 1_000;

/** How a call ended for each of its buckets, by what the answer says of each, and what the call cost in truth. */
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

/** Who refused: the buckets for which a wait is named, or the endpoint's own if none is. Of the others it tells nothing. */
function refusals(heard: readonly LimitNews[]): Verdict[] {
  const named = heard.map(
    ({ retryAfterMs, remaining, resetMs }) => retryAfterMs ?? (remaining === 0 ? resetMs : undefined),
  );
  if (named.every((ms) => ms === undefined))
    return heard.map((_, index) => (index === 0 ? { forMs: null } : 'unknown'));
  return named.map((ms) => (ms === undefined ? 'unknown' : { forMs: ms === 0 ? roundedDownMs : ms }));
}

/**
 * What a call cost, as an upstream tells it: never more than the whole limit, as the script would write down every unit of
 * it, and Redis would do nothing else meanwhile. What is no figure is no news.
 */
const costIn = ({ limit, cost }: Draw, spent: number): number =>
  Number.isNaN(spent) ? cost : Math.min(limit, Math.max(0, Math.ceil(spent)));

/** A limit that is counted over another window than ours is not our limit; what is left until its reset still is. */
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
