import t from 'tap';
import { createEventFeeds, type NewSteps, type Subscriber } from '../../src/http/event-feed.ts';
import { ports } from '../helpers/ports.ts';

/** Event feeds whose polls the test answers by hand. */
function byHand() {
  const polls: { steps: Map<string, number>; answer(updates: Map<string, NewSteps>): void; fail(): void }[] = [];
  const feeds = createEventFeeds(
    (places) =>
      new Promise((answer, reject) => {
        const steps = new Map([...places].map(([runId, { step }]) => [runId, step]));
        polls.push({ steps, answer, fail: () => reject(new Error('Redis is away')) });
      }),
    { pollEveryMs: 1, after: ports.after },
  );
  const nextPoll = async () => {
    while (polls.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const poll = polls.shift();
    if (!poll) throw new Error('no poll');
    return poll;
  };
  return { feeds, polls, nextPoll };
}

const stepsFrom = (from: number, ...types: string[]): NewSteps => ({
  steps: types.map((type, i) => ({ step: from + i, at: '', type, what: '', detail: {} })),
  place: { id: 'x', step: from + types.length - 1 },
});

const listener = () => {
  const heard: string[] = [];
  const subscriber: Subscriber = { onUpdate: () => heard.push('update'), onFailure: () => heard.push('failure') };
  return { heard, subscriber };
};

t.test('one poll reads all runs; a run that is subscribed to meanwhile waits for the next poll', async (t) => {
  const { feeds, polls, nextPoll } = byHand();
  const [one, two] = [listener(), listener()];
  const feed = feeds.subscribe('r1', one.subscriber);
  const first = await nextPoll();
  t.same([...first.steps], [['r1', 0]]);
  feeds.subscribe('r2', two.subscriber);
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(polls.length, 0, 'the first poll has no answer yet');
  first.answer(new Map([['r1', stepsFrom(1, 'queued', 'started')]]));
  const second = await nextPoll();
  t.same([...second.steps].sort(), [
    ['r1', 2],
    ['r2', 0],
  ]);
  second.answer(new Map([['r1', stepsFrom(3, 'concluded')]]));
  const third = await nextPoll();
  t.same([...third.steps], [['r2', 0]], 'a concluded run is not polled again');
  t.same(
    feed.events.map((event) => /^id: (\d+)/.exec(event)?.[1]),
    ['1', '2', '3'],
  );
  t.ok(feed.isOver);
  t.same(one.heard, ['update', 'update']);
  feeds.unsubscribe('r1', one.subscriber);
  feeds.unsubscribe('r2', two.subscriber);
  third.answer(new Map());
});

t.test('runs are not polled while they have no subscriber', async (t) => {
  const { feeds, polls, nextPoll } = byHand();
  const { subscriber } = listener();
  feeds.subscribe('r1', subscriber);
  const poll = await nextPoll();
  feeds.unsubscribe('r1', subscriber);
  poll.answer(new Map());
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(polls.length, 0);
  feeds.subscribe('r1', subscriber);
  t.same([...(await nextPoll()).steps], [['r1', 0]], 'the next subscriber starts at the first step');
});

t.test('a run that cannot be read fails its own subscribers; a poll that fails, those of all runs', async (t) => {
  const { feeds, nextPoll } = byHand();
  const [one, two] = [listener(), listener()];
  feeds.subscribe('r1', one.subscriber);
  feeds.subscribe('r2', two.subscriber);
  (await nextPoll()).answer(new Map([['r1', null]]));
  const next = await nextPoll();
  t.same([one.heard, two.heard], [['failure'], []]);
  feeds.unsubscribe('r1', one.subscriber);
  next.fail();
  const last = await nextPoll();
  t.same(two.heard, ['failure']);
  feeds.unsubscribe('r2', two.subscriber);
  last.answer(new Map());
});
