import { once } from 'node:events';
import { pino } from 'pino';
import t from 'tap';
import { createIncidents } from '../../src/queue/incidents.ts';
import { createJournals } from '../../src/queue/journal.ts';
import { createQueues, notBegun, wake } from '../../src/queue/queues.ts';
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

t.test('a run that was parked goes on before runs that have not begun', async (t) => {
  const redis = await redisClient(t);
  const log = pino({ level: 'silent' });
  const queues = createQueues(redis, log);
  const journals = createJournals(redis, { retentionDays: 1 });
  const incidents = createIncidents(redis, { retentionDays: 1, againHours: 24 });
  const task = { text: 'x', account: null, ticketNumber: null, requestedBy: 'k', receivedAt: '2026-11-25T09:00:00Z' };
  for (const runId of ['r1', 'r2', 'r3']) {
    await incidents.openTask(runId, task, 'observe');
    await queues.runs.add('run', { runId }, { jobId: runId, ...notBegun });
  }
  const turns: string[] = [];
  const nothing = async () => {};
  const worker = startRuns(
    {
      ...{ queues, journals, watch: nothing, armSubmit: nothing, giveUp: nothing },
      async advance({ runId }) {
        turns.push(runId);
        if (turns.length === 1) {
          const until = Date.now() + 3_600_000;
          return { kind: 'suspended', until, journalLength: 1, jobs: [], batches: [] };
        }
        if (runId === 'r2') await wake(queues.runs, 'r1');
        return { kind: 'concluded' };
      },
    },
    { connection: redis, concurrency: 1, log, signal: new AbortController().signal },
  );
  t.teardown(() => worker.close());
  await new Promise<void>((resolve) => worker.on('completed', ({ id }) => id === 'r3' && resolve()));
  t.same(turns, ['r1', 'r2', 'r1', 'r3']);
});

t.test('a run whose end cannot be written either is tried again', async (t) => {
  const redis = await redisClient(t);
  const log = pino({ level: 'silent' });
  const queues = createQueues(redis, log);
  const journals = createJournals(redis, { retentionDays: 1 });
  const incidents = createIncidents(redis, { retentionDays: 1, againHours: 24 });
  const task = { text: 'x', account: null, ticketNumber: null, requestedBy: 'k', receivedAt: '2026-11-25T09:00:00Z' };
  await incidents.openTask('r1', task, 'observe');
  await queues.runs.add('run', { runId: 'r1' }, { jobId: 'r1' });
  await redis.hset('{bms}:runs:r1', 'atm', 7);
  const tried: string[] = [];
  const failing = (what: string) => async () => {
    tried.push(what);
    throw new Error(what);
  };
  const nothing = async () => {};
  const worker = startRuns(
    {
      ...{ queues, journals, watch: nothing, armSubmit: nothing },
      ...{ advance: failing('advance'), giveUp: failing('giveUp') },
    },
    { connection: redis, concurrency: 1, log, signal: new AbortController().signal },
  );
  t.teardown(() => worker.close());
  await once(worker, 'failed');
  t.same(tried, ['advance', 'giveUp']);
  t.equal(await (await queues.runs.getJob('r1'))?.getState(), 'delayed');
});
