import t from 'tap';
import { createEventFeeds, type Follower, type News } from '../../src/http/event-feed.ts';
import { ports } from '../helpers/ports.ts';

/** A feed of run r1 whose looks the test answers by hand. */
function byHand() {
  const looks: { steps: Map<string, number>; answer(news: Map<string, News>): void; fail(): void }[] = [];
  const following = createEventFeeds(
    (places) =>
      new Promise((answer, reject) => {
        const steps = new Map([...places].map(([runId, { step }]) => [runId, step]));
        looks.push({ steps, answer, fail: () => reject(new Error('Redis is away')) });
      }),
    { lookEveryMs: 1, after: ports.after },
  );
  const nextLook = async () => {
    while (looks.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const look = looks.shift();
    if (!look) throw new Error('no look');
    return look;
  };
  return { following, looks, nextLook };
}

const newsOf = (from: number, ...types: string[]): News => ({
  steps: types.map((type, i) => ({ step: from + i, at: '', type, what: '', detail: {} })),
  place: { id: 'x', step: from + types.length - 1 },
});

const listener = () => {
  const heard: string[] = [];
  const follower: Follower = { more: () => heard.push('more'), broken: () => heard.push('broken') };
  return { heard, follower };
};

t.test('one look is for all runs; a run that joins during it is not looked at twice at once', async (t) => {
  const { following, looks, nextLook } = byHand();
  const [one, two] = [listener(), listener()];
  const feed = following.follow('r1', one.follower);
  const first = await nextLook();
  t.same([...first.steps], [['r1', 0]]);
  following.follow('r2', two.follower);
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(looks.length, 0, 'the first look has no answer yet');
  first.answer(new Map([['r1', newsOf(1, 'queued', 'started')]]));
  const second = await nextLook();
  t.same([...second.steps].sort(), [
    ['r1', 2],
    ['r2', 0],
  ]);
  second.answer(new Map([['r1', newsOf(3, 'concluded')]]));
  const third = await nextLook();
  t.same([...third.steps], [['r2', 0]], 'what is over is not looked at again');
  t.same(
    feed.events.map((event) => /^id: (\d+)/.exec(event)?.[1]),
    ['1', '2', '3'],
  );
  t.ok(feed.isOver);
  t.same(one.heard, ['more', 'more']);
  following.leave('r1', one.follower);
  following.leave('r2', two.follower);
  third.answer(new Map());
});

t.test('nobody follows: nobody looks', async (t) => {
  const { following, looks, nextLook } = byHand();
  const { follower } = listener();
  following.follow('r1', follower);
  const look = await nextLook();
  following.leave('r1', follower);
  look.answer(new Map());
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(looks.length, 0);
  following.follow('r1', follower);
  t.same([...(await nextLook()).steps], [['r1', 0]], 'whoever comes next begins anew');
});

t.test('a run that cannot be read breaks its own streams; a look that failed, all', async (t) => {
  const { following, nextLook } = byHand();
  const [one, two] = [listener(), listener()];
  following.follow('r1', one.follower);
  following.follow('r2', two.follower);
  (await nextLook()).answer(new Map([['r1', null]]));
  const next = await nextLook();
  t.same([one.heard, two.heard], [['broken'], []]);
  following.leave('r1', one.follower);
  next.fail();
  const last = await nextLook();
  t.same(two.heard, ['broken']);
  following.leave('r2', two.follower);
  last.answer(new Map());
});
