import { pino } from 'pino';
import t from 'tap';
import { createQueues } from '../../src/queue/queues.ts';
import { createWaitingRuns } from '../../src/queue/waiting.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

t.test('runs that wait for BMS are woken when it is up, and runs that have gone on are not', async (t) => {
  const redis = await redisClient(t);
  const { runs } = createQueues(redis, pino({ level: 'silent' }));
  const waiting = createWaitingRuns(redis, runs, { ...ports, pauseMs: 0 });
  const ids = Array.from({ length: 12 }, (_, i) => `r${i}`);
  for (const runId of ids) {
    await runs.add('run', { runId }, { jobId: runId, delay: 300_000 });
    await waiting.join(runId);
  }
  await waiting.leave('r3');
  const { signal } = new AbortController();
  await waiting.wake(signal);
  t.same(
    (await runs.getJobs(['delayed'])).map(({ id }) => id),
    ['r3'],
  );
  t.equal(await runs.getJobCountByTypes('waiting'), 11);
  await waiting.wake(signal);
});

t.test('runs that wait for BMS are woken a few at a time', async (t) => {
  const redis = await redisClient(t);
  const { runs } = createQueues(redis, pino({ level: 'silent' }));
  const waiting = createWaitingRuns(redis, runs, { ...ports, pauseMs: 60_000 });
  for (let i = 0; i < 12; i += 1) {
    await runs.add('run', { runId: `r${i}` }, { jobId: `r${i}`, delay: 300_000 });
    await waiting.join(`r${i}`);
  }
  const stopping = new AbortController();
  const woken = waiting.wake(stopping.signal);
  for (;;) {
    const count = await runs.getJobCountByTypes('waiting');
    if (count >= 5) break;
  }
  stopping.abort();
  await woken;
  t.equal(
    await runs.getJobCountByTypes('waiting'),
    5,
    'the others go on at their own time, or when the next worker sees that BMS is up',
  );
});
