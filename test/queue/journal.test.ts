import t from 'tap';
import { FencedError } from '../../src/errors.ts';
import { createJournals } from '../../src/queue/journal.ts';
import { finished, queued } from '../helpers/entries.ts';
import { redisClient } from '../helpers/redis.ts';

const journals = createJournals(await redisClient(t), { retentionDays: 1 });

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

t.test('a fact from outside needs no token, but a run', async (t) => {
  const owner = await journals.own('r2');
  await owner.append(queued);
  await journals.own('r2');
  t.equal(await journals.addFact('r2', finished('t1c1', 'succeeded')), true);
  t.equal(await journals.length('r2'), 2);
  t.equal(await journals.addFact('nobody', finished('t1c1', 'succeeded')), false);
  t.equal(await journals.length('nobody'), 0);
});

t.test('appends keep their order however fast they come', async (t) => {
  const owner = await journals.own('r3');
  await owner.append(queued);
  await Promise.all(Array.from({ length: 50 }, (_, i) => owner.append({ type: 'started', epoch: i })));
  const epochs = (await journals.read('r3')).flatMap((entry) => (entry.type === 'started' ? [entry.epoch] : []));
  t.same(
    epochs,
    Array.from({ length: 50 }, (_, i) => i),
  );
});

t.test('what came after a step is read without the rest, and numbered as in the whole', async (t) => {
  const owner = await journals.own('r9');
  await owner.append(queued);
  for (const epoch of [1, 2, 3]) await owner.append({ type: 'started', epoch });
  const all = await journals.read('r9');
  for (const step of [0, 1, 3, 4, 5]) t.same(await journals.readAfter('r9', step), all.slice(step));
  t.same(await journals.readAfter('unknown', 0), []);
});
