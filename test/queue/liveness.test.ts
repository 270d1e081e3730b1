import { pino } from 'pino';
import t from 'tap';
import { createStuckCheck } from '../../src/queue/liveness.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { redisClient } from '../helpers/redis.ts';

t.test('a queue is stuck when its first job has not changed for the bound, and nothing is active', async (t) => {
  const redis = await redisClient(t);
  const { runs } = createQueues(redis, pino({ level: 'silent' }));
  let clock = 0;
  let isRedisWell = true;
  const check = createStuckCheck(
    [runs],
    async () => isRedisWell,
    1_000,
    () => clock,
  );
  t.equal(await check(), null);
  await runs.add('run', { runId: 'r1' }, { jobId: 'r1' });
  await runs.add('run', { runId: 'r2' }, { jobId: 'r2' });
  t.equal(await check(), null, 'it has only just been seen');
  clock = 999;
  t.equal(await check(), null);
  clock = 1_000;
  t.equal(await check(), 'runs');
  await (await runs.getJob('r1'))?.remove();
  t.equal(await check(), null, 'the first job has changed');
  clock = 2_000;
  t.equal(await check(), 'runs');
  await (await runs.getJob('r2'))?.remove();
  await runs.add('run', { runId: 'r3' }, { jobId: 'r3', priority: 1 });
  t.equal(await check(), null);
  clock = 3_000;
  t.equal(await check(), 'runs', 'a job of a lower priority counts');
  isRedisWell = false;
  t.equal(await check(), null, 'no worker could take it');
  isRedisWell = true;
  t.equal(await check(), null, 'a worker has had no time for it yet');
  clock = 4_000;
  t.equal(await check(), 'runs');
});
