import fc from 'fast-check';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { waitFor } from '../../harness/wait.ts';
import { RetryableError, TerminalError, UpstreamError } from '../../src/domain/errors.ts';
import type { JobOutcome, RmmJob } from '../../src/domain/journal.ts';
import { type JobRow, nextDelay, type PollDeps, registerRow, watchJob } from '../../src/queue/poll.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { startRmmJobs } from '../../src/queue/rmm-jobs.ts';
import { createJournals } from '../../src/store/journal.ts';
import { createRowQueue } from '../../src/store/row-queue.ts';
import { queued } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const log = pino({ level: 'silent' });
const hour = 3_600_000;
const pollId = 'poll-tickets-17';

const row = (outcome: JobOutcome, message: string = outcome): JobRow => ({
  ...{ outcome, message, ticket: { id: 700, number: '10293' } },
});

/** Journal, queues and a worker of the queue "rmm-jobs" on a Redis of their own. The job 17 is polled at once. */
async function polling(t: Test, { deadlineMs = hour, firstMs = hour, maxMs = hour } = {}) {
  const redis = await redisClient(t);
  const queues = createQueues(redis, log);
  t.teardown(() => Promise.all(Object.values(queues).map((queue) => queue.close())));
  const journals = createJournals(redis, { ...ports, retentionDays: 1 });
  const deadline = new Date(Date.now() + deadlineMs).toISOString();
  const job = (transactionId: string): RmmJob => ({ transactionId, jobId: '17', family: 'tickets', deadline });
  const stateOf = async (runId: string) => (await queues.runs.getJob(runId))?.getState();
  return {
    queues,
    stateOf,
    /** A run that is parked for an hour with a row in the job. */
    async park(runId: string) {
      await (await journals.own(runId)).append(queued);
      await registerRow(redis, runId, job(`${runId}.t1c1`), 1);
      await queues.runs.add('run', { runId }, { jobId: runId, delay: hour });
    },
    /** What the run's journal got after its first entry. */
    factsOf: async (runId: string) => (await journals.read(runId)).slice(1),
    isWoken: async (runId: string) => (await stateOf(runId)) !== 'delayed',
    async start(readJob: PollDeps['readJob']) {
      await watchJob(queues.rmmJobs, job(''), 0);
      const schedule = { firstMs, maxMs };
      const worker = startRmmJobs(
        {
          ...{ ...ports, queues, journals, redis, readJob, schedule, leaseMs: hour, jobDeadlineMs: hour },
          ...{
            firstPollMs: hour,
            rows: createRowQueue(redis, { ...ports, retentionDays: 1, pace: { firstMs, longestMs: maxMs } }),
          },
          submitRows: () => Promise.reject(new Error('nothing is submitted')),
        },
        { ...ports, connection: redis, concurrency: 1, log },
      );
      t.teardown(() => worker.close(true));
    },
    /** Resolves with how long the poll waits from now, in ms, once it has been put off. */
    putOff: () =>
      waitFor('the poll to be put off', async () => {
        const poll = await queues.rmmJobs.getJob(pollId);
        const isDelayed = poll && (await poll.getState()) === 'delayed';
        return isDelayed && poll.timestamp + poll.delay - Date.now();
      }),
    isOver: () => waitFor('the poll to end', async () => (await queues.rmmJobs.getJobState(pollId)) === 'completed'),
  };
}

t.test(
  'each run gets the verdict on its own row, and is woken; the job is read once, in the name of a row',
  async (t) => {
    const { park, start, isOver, isWoken, factsOf } = await polling(t);
    for (const runId of ['r1', 'r2', 'r3']) await park(runId);
    const asked: unknown[] = [];
    const verdicts: Record<string, JobRow> = {
      'r1.t1c1': row('succeeded'),
      'r2.t1c1': row('failed', 'agent offline'),
      'r3.t1c1': row('unknown'),
    };
    await start(async (job) => {
      asked.push(job);
      return (transactionId) => verdicts[transactionId] ?? null;
    });
    await isOver();
    t.equal(asked.length, 1);
    t.match(asked, [{ family: 'tickets', jobId: '17', transactionId: /^r[123]\.t1c1$/ }]);
    for (const runId of ['r1', 'r2', 'r3']) {
      const transactionId = `${runId}.t1c1`;
      t.match(await factsOf(runId), [{ type: 'rmm_job_finished', transactionId, ...verdicts[transactionId] }]);
      t.ok(await isWoken(runId), runId);
    }
  },
);

t.test('runs that watch the same job share one poll', async (t) => {
  const { queues, park, start, isOver } = await polling(t);
  for (const runId of ['r1', 'r2']) await park(runId);
  const job = { jobId: '17', family: 'tickets', deadline: new Date().toISOString() } as const;
  await watchJob(queues.rmmJobs, job, 0);
  await watchJob(queues.rmmJobs, job, 0);
  let polls = 0;
  await start(async () => {
    polls += 1;
    return () => row('succeeded');
  });
  await isOver();
  t.equal(polls, 1);
});

t.test('while one row is not finished no run is woken, and the poll comes again', async (t) => {
  const { park, start, isOver, isWoken, factsOf } = await polling(t, { firstMs: 20, maxMs: 40 });
  for (const runId of ['r1', 'r2']) await park(runId);
  let polls = 0;
  const seenEarly: unknown[] = [];
  await start(async () => {
    polls += 1;
    seenEarly.push(await isWoken('r1'), ...(await factsOf('r1')));
    const isLast = polls === 3;
    return (transactionId) => (transactionId === 'r1.t1c1' || isLast ? row('succeeded') : null);
  });
  await isOver();
  t.equal(polls, 3);
  t.same(seenEarly, [false, false, false], 'r1 waits for the poll that finds every row finished');
  for (const runId of ['r1', 'r2']) {
    t.match(await factsOf(runId), [{ type: 'rmm_job_finished', outcome: 'succeeded' }]);
    t.ok(await isWoken(runId), runId);
  }
});

t.test('after the deadline, runs are woken without a verdict: each judges for itself', async (t) => {
  const { park, start, isOver, isWoken, factsOf } = await polling(t, { deadlineMs: -1 });
  for (const runId of ['r1', 'r2']) await park(runId);
  await start(async () => (transactionId) => (transactionId === 'r1.t1c1' ? row('failed') : null));
  await isOver();
  t.match(await factsOf('r1'), [{ type: 'rmm_job_finished', outcome: 'failed' }]);
  t.same(await factsOf('r2'), [], 'no verdict is invented');
  for (const runId of ['r1', 'r2']) t.ok(await isWoken(runId), runId);
});

t.test('a job that cannot be read by its deadline wakes its runs all the same', async (t) => {
  const { park, start, isOver, isWoken, factsOf } = await polling(t, { deadlineMs: -1 });
  await park('r1');
  await start(() => Promise.reject(new UpstreamError('network', 'down', { effect: 'none', endpoint: 'x' })));
  await isOver();
  t.same(await factsOf('r1'), []);
  t.ok(await isWoken('r1'));
});

t.test('a poll that the rate limiter refuses comes back exactly when the limiter says', async (t) => {
  const { park, start, putOff, isWoken } = await polling(t, { firstMs: 20, maxMs: 40 });
  await park('r1');
  await start(() => Promise.reject(new RetryableError('rate_limited', 'not now', { retryAfterMs: 90_000 })));
  const waitMs = await putOff();
  t.ok(waitMs > 60_000 && waitMs <= 90_000, `later than its schedule: in ${waitMs} ms`);
  t.notOk(await isWoken('r1'));
});

t.test('a poll that the rate limiter refuses for a moment does not wait for its schedule', async (t) => {
  const { park, start, putOff } = await polling(t, { firstMs: 2 * hour, maxMs: hour });
  await park('r1');
  await start(() => Promise.reject(new RetryableError('rate_limited', 'not now', { retryAfterMs: 90_000 })));
  const waitMs = await putOff();
  t.ok(waitMs <= 90_000, `in ${waitMs} ms`);
});

t.test('a poll that fails waits as its schedule says, and longer where the error asks for it', async (t) => {
  const errors = [
    { error: new TerminalError('unexpected', 'x'), least: 0.95 * hour },
    { error: new RetryableError('model_overloaded', 'x', { retryAfterMs: 1 }), least: 0.95 * hour },
    { error: new RetryableError('throttled', 'x', { retryAfterMs: 3 * hour }), least: 2.9 * hour },
  ];
  for (const { error, least } of errors) {
    const { park, start, putOff, factsOf } = await polling(t, { firstMs: 2 * hour, maxMs: 2 * hour });
    await park('r1');
    await start(() => Promise.reject(error));
    const waitMs = await putOff();
    t.ok(waitMs >= least && waitMs <= 1.2 * Math.max(least, hour), `${error.code}: in ${waitMs} ms`);
    t.same(await factsOf('r1'), []);
  }
});

t.test('a poll of a job without rows ends without asking the upstream', async (t) => {
  const { start, isOver } = await polling(t);
  await start(async () => {
    t.fail('nothing may be read');
    return () => null;
  });
  await isOver();
});

t.test('polls of a job come ever more rarely, within bounds', async (t) => {
  const schedule = { firstMs: 4_000, maxMs: 60_000 };
  t.same(
    [0, 4_000, 40_000, 120_000, 10_000_000].map((elapsedMs) => nextDelay(elapsedMs, schedule, () => 0)),
    [2_000, 2_000, 20_000, 60_000, 60_000],
  );
  const ms = fc.integer({ min: 0, max: 1e9 });
  const chance = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(ms, ms, chance, (one, two, at) => {
      const [sooner, later] = [Math.min(one, two), Math.max(one, two)].map((each) =>
        nextDelay(each, schedule, () => at),
      );
      return (sooner ?? 0) <= (later ?? 0) && (sooner ?? 0) >= 2_000 && (later ?? 0) <= 66_000;
    }),
  );
});
