import { once } from 'node:events';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { createQueues, enqueueRun, notBegun, wake } from '../../src/queue/queues.ts';
import { type RunDeps, startRuns } from '../../src/queue/runs.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const log = pino({ level: 'silent' });
const task = { text: 'x', account: null, ticketNumber: null, requestedBy: 'k', receivedAt: '2026-11-25T09:00:00Z' };

async function start(t: Test) {
  const redis = await redisClient(t);
  const queues = createQueues(redis, log);
  const journals = createJournals(redis, { ...ports, retentionDays: 1 });
  const incidents = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
  return {
    redis,
    queues,
    openTask: (runId: string) => incidents.openTask(runId, task, 'observe'),
    work(deps: Omit<RunDeps, 'queues' | 'journals'>) {
      const signal = new AbortController().signal;
      const worker = startRuns(
        { queues, journals, ...deps },
        { ...ports, connection: redis, concurrency: 1, log, signal },
      );
      t.teardown(() => worker.close());
      return worker;
    },
  };
}

const nothing = async () => {};

t.test('a run whose journal could not be stored ends without having been worked on', async (t) => {
  const { redis, queues, work } = await start(t);
  const never = async () => {
    throw new Error('nothing may be done for it');
  };
  const worker = work({ watch: never, armSubmit: never, advance: never, giveUp: never });
  const ended = new Promise((resolve, reject) => {
    worker.once('completed', (job) => resolve(job.id));
    worker.once('failed', (_, error) => reject(error));
  });
  await enqueueRun(queues.runs, 'r1');
  t.equal(await ended, 'r1');
  t.equal(await redis.exists('{bms}:run:r1:epoch'), 0, 'it leaves no key');
});

t.test('a run that was parked goes on before runs that have not begun', async (t) => {
  const { queues, openTask, work } = await start(t);
  for (const runId of ['r1', 'r2', 'r3']) {
    await openTask(runId);
    await enqueueRun(queues.runs, runId, notBegun);
  }
  const turns: string[] = [];
  const worker = work({
    watch: nothing,
    armSubmit: nothing,
    giveUp: nothing,
    async advance({ runId }) {
      turns.push(runId);
      if (turns.length === 1) {
        const until = Date.now() + 3_600_000;
        return { kind: 'suspended', until, journalLength: 1, jobs: [], batches: [] };
      }
      if (runId === 'r2') await wake(queues.runs, 'r1');
      return { kind: 'concluded' };
    },
  });
  await new Promise<void>((resolve) => worker.on('completed', ({ id }) => id === 'r3' && resolve()));
  t.same(turns, ['r1', 'r2', 'r1', 'r3']);
});

t.test('a run that fails for good, and whose end cannot be recorded, is tried again', async (t) => {
  const { redis, queues, openTask, work } = await start(t);
  await openTask('r1');
  await enqueueRun(queues.runs, 'r1');
  await redis.hset('{bms}:runs:r1', 'atm', 7);
  const tried: string[] = [];
  const failing = (what: string) => async () => {
    tried.push(what);
    throw new Error(what);
  };
  const worker = work({
    watch: nothing,
    armSubmit: nothing,
    advance: failing('advance'),
    giveUp: failing('giveUp'),
  });
  await once(worker, 'failed');
  t.same(tried, ['advance', 'giveUp']);
  t.equal(await (await queues.runs.getJob('r1'))?.getState(), 'delayed');
});
