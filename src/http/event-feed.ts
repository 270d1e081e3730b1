import type { Place } from '../domain/journal.ts';
import type { Ports } from '../domain/ports.ts';
import type { RunStep } from '../domain/run-view.ts';

/** New steps of one run, and how far that brings its reader; null: there is something that cannot be read. */
export type News = { steps: RunStep[]; place: Place } | null;

/** New steps of many runs, by run; runs without any are left out. One command to Redis, however many runs. */
export type ReadNews = (places: ReadonlyMap<string, Place>) => Promise<ReadonlyMap<string, News>>;

/** What is known of a run that somebody follows, for all who do. */
export interface Feed {
  /** Its steps as events, in order: that of step 1 comes first. */
  readonly events: readonly string[];
  /** Nothing more will come. */
  readonly isOver: boolean;
}

export interface Follower {
  /** The feed has grown, or is over. */
  more(): void;
  /** The feed cannot be read on. */
  broken(): void;
}

export interface EventFeeds {
  /** The feed begins empty, or with what those who follow the run already have; `more` tells of the rest. */
  follow(runId: string, follower: Follower): Feed;
  leave(runId: string, follower: Follower): void;
}

interface OpenFeed extends Feed {
  events: string[];
  isOver: boolean;
  place: Place;
  followers: Set<Follower>;
}

/**
 * Looks for all who follow a run, whichever run it is, with one command every `lookEveryMs`, and with none while nobody
 * does. A run that nobody followed is looked at without delay, but never while another look is under way.
 */
export function createEventFeeds(
  readNews: ReadNews,
  { lookEveryMs, after }: { lookEveryMs: number } & Pick<Ports, 'after'>,
): EventFeeds {
  const feeds = new Map<string, OpenFeed>();
  let cancelNext = () => {};
  let isLooking = false;

  const look = async () => {
    const open = [...feeds].filter(([, { isOver }]) => !isOver);
    if (open.length === 0) return;
    const news = await readNews(new Map(open.map(([runId, { place }]) => [runId, place])));
    for (const [runId, feed] of open) {
      const told = news.get(runId);
      if (told === null) breakOff(feed);
      else if (told) grow(feed, told);
    }
  };
  const turn = async () => {
    isLooking = true;
    await look().catch(() => [...feeds.values()].forEach(breakOff));
    isLooking = false;
    if (feeds.size > 0) schedule(lookEveryMs);
  };
  const schedule = (ms: number) => {
    cancelNext();
    cancelNext = after(ms, () => void turn());
  };
  const open = (runId: string): OpenFeed => {
    const feed = { events: [], isOver: false, place: { id: '0', step: 0 }, followers: new Set<Follower>() };
    feeds.set(runId, feed);
    if (!isLooking) schedule(0);
    return feed;
  };

  return {
    follow(runId, follower) {
      const feed = feeds.get(runId) ?? open(runId);
      feed.followers.add(follower);
      return feed;
    },
    leave(runId, follower) {
      const feed = feeds.get(runId);
      feed?.followers.delete(follower);
      if (feed?.followers.size === 0) feeds.delete(runId);
      if (feeds.size === 0) cancelNext();
    },
  };
}

function grow(feed: OpenFeed, { steps, place }: NonNullable<News>): void {
  feed.place = place;
  feed.events.push(...steps.map((step) => `id: ${step.step}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`));
  feed.isOver = steps.some(({ type }) => type === 'concluded');
  for (const follower of feed.followers) follower.more();
}

const breakOff = ({ followers }: OpenFeed): void => {
  for (const follower of followers) follower.broken();
};
