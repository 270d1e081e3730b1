import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { createEventFeeds, type NewSteps, type Subscriber } from '../../src/http/event-feed.ts';

/** Event feeds whose time passes, and whose polls are answered, by hand. */
function byHand() {
  const polls: { steps: Map<string, number>; answer(updates: Map<string, NewSteps>): void; fail(): void }[] = [];
  let due = () => {};
  const feeds = createEventFeeds(
    (places) =>
      new Promise((answer, reject) => {
        const steps = new Map([...places].map(([runId, { step }]) => [runId, step]));
        polls.push({ steps, answer, fail: () => reject(new Error('Redis is away')) });
      }),
    {
      pollEveryMs: 1,
      after(_, work) {
        due = work;
        return () => {
          due = () => {};
        };
      },
    },
  );
  /** Does what is scheduled once the feeds have handled what came before. */
  const elapse = async () => {
    await turn();
    const work = due;
    due = () => {};
    work();
  };
  const nextPoll = async () => {
    await elapse();
    const poll = polls.shift();
    if (!poll) throw new Error('no poll');
    return poll;
  };
  return { feeds, polls, elapse, nextPoll };
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
  const { feeds, polls, elapse, nextPoll } = byHand();
  const [one, two] = [listener(), listener()];
  const feed = feeds.subscribe('r1', one.subscriber);
  const first = await nextPoll();
  t.same([...first.steps], [['r1', 0]]);
  feeds.subscribe('r2', two.subscriber);
  await elapse();
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
  const { feeds, polls, elapse, nextPoll } = byHand();
  const { subscriber } = listener();
  feeds.subscribe('r1', subscriber);
  const poll = await nextPoll();
  feeds.unsubscribe('r1', subscriber);
  poll.answer(new Map());
  await elapse();
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
