import { pino } from 'pino';
import t from 'tap';
import { waitFor } from '../../harness/wait.ts';
import { RetryableError } from '../../src/domain/errors.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { startRmmJobs } from '../../src/queue/rmm-jobs.ts';
import { armSubmit } from '../../src/queue/submit.ts';
import { createJournals } from '../../src/store/journal.ts';
import { createRowQueue } from '../../src/store/row-queue.ts';
import { asked, intended, queued, resolveTool } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const log = pino({ level: 'silent' });
const queues = createQueues(redis, log);
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
const rows = createRowQueue(redis, { ...ports, retentionDays: 1, pace: { firstMs: 10, longestMs: 40 } });
const action = 'resolve_ticket';
const hour = 3_600_000;

/** A run that is parked for an hour while its row waits for a batch. */
async function park(runId: string) {
  const owner = await journals.own(runId);
  await owner.append(queued);
  await owner.append(asked({ id: 't1c1', name: resolveTool }));
  await owner.queueRow(intended('t1c1', action), `${runId}.t1c1`, { action, row: {} });
  await queues.runs.add('run', { runId }, { jobId: runId, delay: hour });
}

const isWoken = async (runId: string) => (await (await queues.runs.getJob(runId))?.getState()) !== 'delayed';

t.test('a run that is cancelled while its row is in a batch is woken when the batch comes back', async (t) => {
  await park('r1');
  await park('r2');
  const worker = startRmmJobs(
    {
      ...{ ...ports, queues, journals, rows, redis, leaseMs: 5_000, jobDeadlineMs: hour, firstPollMs: hour },
      schedule: { firstMs: hour, maxMs: hour },
      readJob: async () => () => null,
      async submitRows() {
        await journals.addFact('r1', { type: 'cancel_requested', by: 'ops' });
        throw new RetryableError('rate_limited', 'not now', { retryAfterMs: hour });
      },
    },
    { ...ports, connection: redis, concurrency: 1, log },
  );
  t.teardown(() => worker.close());
  await armSubmit(queues.rmmJobs, action, 10, Date.now());
  await waitFor('the cancelled run', () => isWoken('r1'));
  t.match((await journals.read('r1')).at(-1), { type: 'write_done', outcome: 'refused' });
  t.notOk(await isWoken('r2'), 'its row only waits for the next batch');
});
