import type { Worker } from 'bullmq';
import { pino } from 'pino';
import t from 'tap';
import { enqueueAlerts, startIntake } from '../../src/queue/alerts.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { createIncidents, type Incidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { alert } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient, withoutRealRedis } from '../helpers/redis.ts';

interface Test {
  teardown(run: () => unknown): void;
}

interface Options {
  claim?: Incidents['claim'];
  now?: () => number;
}

async function intakeFor(t: Test, { claim, ...clock }: Options = {}) {
  const redis = await redisClient(t);
  const log = pino({ level: 'silent' });
  const queues = createQueues(redis, log);
  const known = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
  const journals = createJournals(redis, { ...ports, retentionDays: 1 });
  const deps = {
    ...ports,
    queues,
    journals,
    mode: 'auto' as const,
    incidents: { ...known, ...(claim && { claim }) },
    ...clock,
  };
  const start = () => {
    const worker = startIntake(deps, { ...ports, connection: redis, concurrency: 1, log });
    t.teardown(() => worker.close());
    return worker;
  };
  const stateOf = async (id: string) => (await queues.alerts.getJob(id))?.getState();
  return { redis, queues, incidents: known, start, stateOf };
}

/** Unlike Node's `once`, it does not take the worker's complaints about Redis for its own. */
const once = (worker: Worker, event: 'failed' | 'completed') =>
  new Promise<void>((resolve) => worker.once(event, () => resolve()));

const refused = async () => {
  throw new Error('refused');
};

t.test('an alert that has failed many times is tried again, within half a minute', async (t) => {
  const { redis, queues, start, stateOf } = await intakeFor(t, { claim: refused });
  await enqueueAlerts(queues.alerts, [alert]);
  await redis.hset(`{bms}:alerts:${alert.id}`, 'atm', 50);
  await once(start(), 'failed');
  t.equal(await stateOf(alert.id), 'delayed');
  const job = await queues.alerts.getJob(alert.id);
  t.equal(job?.attemptsMade, 51);
  t.ok((job?.delay ?? 0) > 0 && (job?.delay ?? 0) <= 30_000, `in ${job?.delay} ms`);
});

t.test('an alert that finds Redis full is taken in once there is room', { skip: withoutRealRedis }, async (t) => {
  const { redis, queues, incidents, start, stateOf } = await intakeFor(t);
  await queues.alerts.add('trigger', { alert }, { jobId: alert.id, delay: 300 });
  const worker = start();
  await redis.config('SET', 'maxmemory', '1');
  await t.rejects(enqueueAlerts(queues.alerts, [{ ...alert, id: 'later' }]), /OOM/, 'nobody may be told 202 now');
  await once(worker, 'failed');
  t.equal(await stateOf(alert.id), 'delayed');
  t.equal(await incidents.getAlert(alert.id), null);
  await redis.config('SET', 'maxmemory', '0');
  await once(worker, 'completed');
  const record = await incidents.getAlert(alert.id);
  t.match(record, { outcome: null, runId: String });
  t.equal(await queues.runs.getJobCountByTypes('prioritized'), 1, 'its run is queued');
});

t.test('an alert that cannot be taken in for an hour is recorded as escalated, and kept', async (t) => {
  const inAnHour = () => Date.now() + 3_600_001;
  const { queues, incidents, start, stateOf } = await intakeFor(t, { claim: refused, now: inAnHour });
  await enqueueAlerts(queues.alerts, [alert]);
  await once(start(), 'failed');
  t.equal(await stateOf(alert.id), 'failed');
  t.match(await incidents.getAlert(alert.id), { outcome: 'escalated', reason: /could not be taken in.*refused/ });
  const bySource = await incidents.listAlertsBySource(alert.sourceId, null);
  t.same(
    bySource.items.map(({ id }) => id),
    [alert.id],
  );
});
