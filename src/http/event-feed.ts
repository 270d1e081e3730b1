import type { Place } from '../domain/journal.ts';
import type { Ports } from '../domain/ports.ts';
import type { RunStep } from '../domain/run-view.ts';

/** New steps of one run, and how far they bring its reader; null: its journal holds an entry that cannot be read. */
export type NewSteps = { steps: RunStep[]; place: Place } | null;

/** New steps of many runs, by run id; runs without any are left out. One command to Redis, however many runs. */
export type ReadNewSteps = (places: ReadonlyMap<string, Place>) => Promise<ReadonlyMap<string, NewSteps>>;

/** What is known of one run, shared by all its subscribers. */
export interface Feed {
  /** Its steps as server-sent events, in order: that of step 1 comes first. */
  readonly events: readonly string[];
  /** The run has concluded: no event follows. */
  readonly isOver: boolean;
}

export interface Subscriber {
  /** The feed has new events, or is over. */
  onUpdate(): void;
  /** The feed cannot be read any further. */
  onFailure(): void;
}

export interface EventFeeds {
  /** The feed as far as it is known: empty for the run's first subscriber. `onUpdate` announces the rest. */
  subscribe(runId: string, subscriber: Subscriber): Feed;
  unsubscribe(runId: string, subscriber: Subscriber): void;
}

interface OpenFeed extends Feed {
  events: string[];
  isOver: boolean;
  place: Place;
  subscribers: Set<Subscriber>;
}

/**
 * Polls all runs that have a subscriber with one command every `pollEveryMs`, and not at all while there is none. A run's
 * first subscriber starts a poll at once, unless one is in progress: there is never more than one.
 */
export function createEventFeeds(
  readNewSteps: ReadNewSteps,
  { pollEveryMs, after }: { pollEveryMs: number } & Pick<Ports, 'after'>,
): EventFeeds {
  const feeds = new Map<string, OpenFeed>();
  let cancelNext = () => {};
  let isPolling = false;

  const poll = async () => {
    const open = [...feeds].filter(([, { isOver }]) => !isOver);
    if (open.length === 0) return;
    const updates = await readNewSteps(new Map(open.map(([runId, { place }]) => [runId, place])));
    for (const [runId, feed] of open) {
      const update = updates.get(runId);
      if (update === null) fail(feed);
      else if (update) grow(feed, update);
    }
  };
  const pollAndSchedule = async () => {
    isPolling = true;
    await poll().catch(() => [...feeds.values()].forEach(fail));
    isPolling = false;
    if (feeds.size > 0) schedule(pollEveryMs);
  };
  const schedule = (ms: number) => {
    cancelNext();
    cancelNext = after(ms, () => void pollAndSchedule());
  };
  const open = (runId: string): OpenFeed => {
    const feed = { events: [], isOver: false, place: { id: '0', step: 0 }, subscribers: new Set<Subscriber>() };
    feeds.set(runId, feed);
    if (!isPolling) schedule(0);
    return feed;
  };

  return {
    subscribe(runId, subscriber) {
      const feed = feeds.get(runId) ?? open(runId);
      feed.subscribers.add(subscriber);
      return feed;
    },
    unsubscribe(runId, subscriber) {
      const feed = feeds.get(runId);
      feed?.subscribers.delete(subscriber);
      if (feed?.subscribers.size === 0) feeds.delete(runId);
      if (feeds.size === 0) cancelNext();
    },
  };
}

function grow(feed: OpenFeed, { steps, place }: NonNullable<NewSteps>): void {
  feed.place = place;
  feed.events.push(...steps.map((step) => `id: ${step.step}\nevent: step\ndata: ${JSON.stringify(step)}\n\n`));
  feed.isOver = steps.some(({ type }) => type === 'concluded');
  for (const subscriber of feed.subscribers) subscriber.onUpdate();
}

const fail = ({ subscribers }: OpenFeed): void => {
  for (const subscriber of subscribers) subscriber.onFailure();
};
