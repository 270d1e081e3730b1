import { pino } from 'pino';
import t from 'tap';
import { createJournals } from '../../src/queue/journal.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { startRuns } from '../../src/queue/runs.ts';
import { redisClient } from '../helpers/redis.ts';

t.test('a job whose journal could not be stored ends without having been worked on', async (t) => {
  const redis = await redisClient(t);
  const log = pino({ level: 'silent' });
  const queues = createQueues(redis, log);
  const journals = createJournals(redis, { retentionDays: 1 });
  const never = async () => {
    throw new Error('nothing may be done for it');
  };
  const worker = startRuns(
    {
      ...{ queues, journals, watch: never, armSubmit: never, advance: never, giveUp: never },
    },
    { connection: redis, concurrency: 1, log, signal: new AbortController().signal },
  );
  t.teardown(() => worker.close());
  const ended = new Promise((resolve, reject) => {
    worker.once('completed', (job) => resolve(job.id));
    worker.once('failed', (_, error) => reject(error));
  });
  await queues.runs.add('run', { runId: 'r1' }, { jobId: 'r1' });
  t.equal(await ended, 'r1');
  t.equal(await redis.exists('{bms}:run:r1:epoch'), 0, 'and leaves nothing');
});
