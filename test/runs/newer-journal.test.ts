import { pino } from 'pino';
import t from 'tap';
import { fold } from '../../src/domain/fold.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { startRuns } from '../../src/queue/runs.ts';
import { postponeIfNewer } from '../../src/runs/newer-journal.ts';
import { recordsOf } from '../../src/runs/queries.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

// While a release is rolled out, its workers append to journals that workers of the release before it read.

const log = pino({ level: 'silent' });
const redis = await redisClient(t);
const stores = {
  queues: createQueues(redis, log),
  incidents: createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 }),
  journals: createJournals(redis, { ...ports, retentionDays: 1 }),
};
const task = { text: 'x', account: null, ticketNumber: null, requestedBy: 'k', receivedAt: '2026-11-25T09:00:00Z' };

t.before(async () => {
  for (const runId of ['new', 'old']) await stores.incidents.openTask(runId, task, 'observe');
  const entry = { v: 1, at: '2026-11-25T09:00:01Z', type: 'of_a_newer_release' };
  await redis.xadd('{bms}:run:new:journal', '*', 'e', JSON.stringify(entry));
});

t.test('a run whose journal cannot be read hides no other run from a list', async (t) => {
  const { items } = await recordsOf(stores).listRuns(null);
  t.same(
    items.map(({ id }) => id),
    ['old'],
  );
  await t.rejects(recordsOf(stores).getRun('new'), { code: 'journal_unreadable' });
});

t.test('a run that this release cannot read waits for a worker that can read it, and loses no attempt', async (t) => {
  const never = async () => void t.fail('a run that cannot be read allows no action');
  const worker = startRuns(
    {
      ...{ ...stores, watch: never, armSubmit: never, giveUp: never },
      advance: (journal) =>
        journal
          .read()
          .then(fold)
          .then(() => ({ kind: 'concluded' }) as const)
          .catch(postponeIfNewer(journal.runId, log, ports.now)),
    },
    { ...ports, connection: redis, concurrency: 1, log, signal: new AbortController().signal },
  );
  t.teardown(() => worker.close());
  for (const runId of ['new', 'old']) await stores.queues.runs.add('run', { runId }, { jobId: runId, attempts: 1 });
  await new Promise<void>((resolve) => worker.on('completed', ({ id }) => id === 'old' && resolve()));
  const job = await stores.queues.runs.getJob('new');
  t.equal(await job?.getState(), 'delayed');
  t.equal(job?.attemptsMade, 0);
});
