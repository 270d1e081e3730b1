import t from 'tap';
import { FencedError } from '../../src/domain/errors.ts';
import { createJournals } from '../../src/store/journal.ts';
import { finished, queued } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const journals = createJournals(redis, { ...ports, retentionDays: 1 });

t.test('an append under an old epoch fails and writes nothing', async (t) => {
  const first = await journals.own('r1');
  await first.append(queued);
  const second = await journals.own('r1');
  t.equal(second.epoch, first.epoch + 1);
  await t.rejects(first.append({ type: 'started', epoch: 1 }), FencedError);
  await second.append({ type: 'started', epoch: 2 });
  t.match(await journals.read('r1'), [
    { type: 'queued', step: 1 },
    { type: 'started', step: 2, epoch: 2 },
  ]);
  t.equal((await journals.read('r1')).length, 2);
});

t.test('a fact from outside needs no fencing token, but it needs a known run', async (t) => {
  const owner = await journals.own('r2');
  await owner.append(queued);
  await journals.own('r2');
  t.equal(await journals.addFact('r2', finished('t1c1', 'succeeded')), true);
  t.equal(await journals.length('r2'), 2);
  t.equal(await journals.addFact('unknown', finished('t1c1', 'succeeded')), false);
  t.equal(await journals.length('unknown'), 0);
});

t.test('concurrent appends of one owner keep their order', async (t) => {
  const owner = await journals.own('r3');
  await owner.append(queued);
  await Promise.all(Array.from({ length: 50 }, (_, i) => owner.append({ type: 'started', epoch: i })));
  const epochs = (await journals.read('r3')).flatMap((entry) => (entry.type === 'started' ? [entry.epoch] : []));
  t.same(
    epochs,
    Array.from({ length: 50 }, (_, i) => i),
  );
});

t.test(
  'new entries of many journals are read without the older ones, and numbered as in the whole journal',
  async (t) => {
    const places = new Map(['n1', 'n2', 'unknown'].map((runId) => [runId, { id: '0', step: 0 }]));
    const read = async () => {
      const news = await journals.readNews(places);
      for (const [runId, found] of news) if (found) places.set(runId, found.place);
      return new Map([...news].map(([runId, found]) => [runId, found?.entries]));
    };
    const [one, two] = [await journals.own('n1'), await journals.own('n2')];
    for (const owner of [one, two]) await owner.append(queued);
    await one.append({ type: 'started', epoch: 1 });
    t.same(
      [...(await read()).entries()],
      [
        ['n1', await journals.read('n1')],
        ['n2', await journals.read('n2')],
      ],
    );
    t.same([...(await read()).keys()], [], 'no entry is read twice');
    await two.append({ type: 'started', epoch: 2 });
    t.match((await read()).get('n2'), [{ step: 2, type: 'started', epoch: 2 }]);
  },
);

t.test('a journal with an unreadable entry does not hide new entries of other journals', async (t) => {
  for (const runId of ['u1', 'u2']) await (await journals.own(runId)).append(queued);
  await redis.xadd('{bms}:run:u1:journal', '*', 'e', '{"v":99,"at":""}');
  const news = await journals.readNews(new Map(['u1', 'u2'].map((runId) => [runId, { id: '0', step: 0 }])));
  t.equal(news.get('u1'), null);
  t.equal(news.get('u2')?.entries.length, 1);
});
