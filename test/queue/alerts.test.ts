import type { Worker } from 'bullmq';
import { pino } from 'pino';
import t from 'tap';
import { intakeDeps } from '../../src/app/intake.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { processAlert } from '../../src/incidents/intake.ts';
import { enqueueAlerts, startAlerts } from '../../src/queue/alerts.ts';
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

async function intakeFor(t: Test, { claim, now = ports.now }: Options = {}) {
  const redis = await redisClient(t);
  const log = pino({ level: 'silent' });
  const queues = createQueues(redis, log);
  const known = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
  const journals = createJournals(redis, { ...ports, retentionDays: 1 });
  const stores = { queues, journals, incidents: { ...known, ...(claim && { claim }) } };
  const deps = intakeDeps(stores, { mode: 'auto', now, log });
  const start = () => {
    const process = (one: Alert, queuedAt: number) => processAlert(one, queuedAt, deps);
    const worker = startAlerts(process, { ...ports, connection: redis, concurrency: 1, log });
    t.teardown(() => worker.close());
    return worker;
  };
  const stateOf = async (id: string) => (await queues.alerts.getJob(id))?.getState();
  return { redis, queues, incidents: known, start, stateOf };
}

/** Unlike Node's `once`, it does not reject on the worker's own errors about Redis. */
const once = (worker: Worker, event: 'failed' | 'completed') =>
  new Promise<void>((resolve) => worker.once(event, () => resolve()));

const refused = async () => {
  throw new Error('refused');
};

t.test('an alert that has failed many times is tried again within half a minute', async (t) => {
  const { redis, queues, start, stateOf } = await intakeFor(t, { claim: refused });
  await enqueueAlerts(queues.alerts, [alert]);
  await redis.hset(`{bms}:alerts:${alert.id}`, 'atm', 50);
  await once(start(), 'failed');
  t.equal(await stateOf(alert.id), 'delayed');
  const job = await queues.alerts.getJob(alert.id);
  t.equal(job?.attemptsMade, 51);
  t.ok((job?.delay ?? 0) > 0 && (job?.delay ?? 0) <= 30_000, `in ${job?.delay} ms`);
});

t.test('an alert that finds Redis full is processed once there is room', { skip: withoutRealRedis }, async (t) => {
  const { redis, queues, incidents, start, stateOf } = await intakeFor(t);
  await queues.alerts.add('trigger', { alert }, { jobId: alert.id, delay: 300 });
  const worker = start();
  await redis.config('SET', 'maxmemory', '1');
  await t.rejects(
    enqueueAlerts(queues.alerts, [{ ...alert, id: 'later' }]),
    /OOM/,
    'no sender may be answered 202 now',
  );
  await once(worker, 'failed');
  t.equal(await stateOf(alert.id), 'delayed');
  t.equal(await incidents.getAlert(alert.id), null);
  await redis.config('SET', 'maxmemory', '0');
  await once(worker, 'completed');
  const record = await incidents.getAlert(alert.id);
  t.match(record, { outcome: null, runId: String });
  t.equal(await queues.runs.getJobCountByTypes('prioritized'), 1, 'its run is queued');
});

t.test('an alert that cannot be processed for an hour is recorded as escalated, and its job is kept', async (t) => {
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
