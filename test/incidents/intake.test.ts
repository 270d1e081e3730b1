import { pino } from 'pino';
import t, { type Test } from 'tap';
import { intakeDeps } from '../../src/app/intake.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { type IntakeDeps, intakeStages, processAlert } from '../../src/incidents/intake.ts';
import type { Decision, Stage } from '../../src/incidents/stage.ts';
import { ignoreTestAlerts } from '../../src/incidents/test-alerts.ts';
import { openStores } from '../../src/runs/stores.ts';
import { alert } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const hour = 3_600_000;
const trigger: Alert = { ...alert, occurrenceId: null };

/** The intake as `app` wires it, on a Redis of its own, with its log lines kept. */
async function intake(t: Test, change: Partial<IntakeDeps> = {}) {
  const redis = await redisClient(t);
  const log = pino({ level: 'silent' });
  const stores = openStores(redis, { ...ports, retentionDays: 1, againHours: 24 }, log);
  t.teardown(() => Promise.all(Object.values(stores.queues).map((queue) => queue.close())));
  const lines: unknown[] = [];
  const keep = (fields: unknown, event: string) => void lines.push([event, fields]);
  const kept = { info: keep, error: keep } as IntakeDeps['log'];
  const deps = { ...intakeDeps(stores, { ...ports, mode: 'auto', log }), log: kept, ...change };
  return {
    ...stores,
    redis,
    lines,
    process: (one: Alert, ageMs = 0) => processAlert(one, deps.now() - ageMs, deps),
    isWoken: async (runId: string) => (await stores.queues.runs.getJob(runId))?.delay === 0,
  };
}

const ignored = (reason: string): Decision => ({
  ...{ verdict: 'ignored', incidentId: '', runId: '' },
  unrecorded: { outcome: 'ignored', reason },
});

/** A stage that notes that it was asked, then decides as it is given. */
const noting =
  (asked: string[], name: string, decision: Decision | null): Stage =>
  async () => {
    asked.push(name);
    return decision;
  };

const failing: Stage = async () => {
  throw new Error('Redis is full');
};

t.test('stages are asked in their order, and the first that decides wins', async (t) => {
  const asked: string[] = [];
  const stages = [
    noting(asked, 'one', null),
    noting(asked, 'two', ignored('because two says so')),
    noting(asked, 'three', ignored('because three says so')),
  ];
  const { process, incidents } = await intake(t, { stages });
  t.same(await process(trigger), { kind: 'processed' });
  t.same(asked, ['one', 'two']);
  t.match(await incidents.getAlert(trigger.id), { outcome: 'ignored', reason: 'because two says so' });
});

t.test('the stages are a list that begins with the rule for test alerts and ends with the claim', async (t) => {
  const asked: string[] = [];
  const claim = async () => {
    asked.push('claim');
    return { verdict: 'ignored' as const, incidentId: '', runId: '' };
  };
  const [first, last, ...rest] = intakeStages({ claim, mode: 'auto' });
  t.equal(first, ignoreTestAlerts);
  await last?.(trigger);
  t.same([asked, rest], [['claim'], []]);
});

t.test('an alert about which no stage decides is not lost: it is tried again', async (t) => {
  const { process, incidents } = await intake(t, { stages: [] });
  await t.rejects(process(trigger), /no stage/);
  t.equal(await incidents.getAlert(trigger.id), null);
});

t.test('a test alert is ignored before its fault is claimed, even if the fault is open', async (t) => {
  const { process, incidents, redis, lines, queues } = await intake(t);
  const test: Alert = { ...trigger, id: 'test', action: 'test' };
  await process(test);
  t.same(await redis.keys('{bms}:fault:*'), [], 'no fault is claimed');
  const record = {
    ...{ id: 'test', sourceId: test.sourceId, connection: 'datto', action: 'test', receivedAt: test.receivedAt },
    ...{ outcome: 'ignored', reason: 'a test, or news of a fault that is not open', incidentId: null, runId: null },
  };
  t.same(await incidents.getAlert('test'), record);
  await process(trigger);
  await process({ ...test, id: 'test 2' });
  const [incident] = (await incidents.list(null)).items;
  t.match(incident, { occurrences: 1, alerts: [trigger.id] });
  t.equal(await queues.runs.getJobCountByTypes('prioritized'), 1);
  t.same(lines[0], [
    'alert_processed',
    {
      ...{ connection: 'datto', alertKey: test.alertKey, alertId: 'test' },
      ...{ verdict: 'ignored', incidentId: '', runId: '' },
    },
  ]);
});

t.test('an alert that opens an incident has its run put on the queue, behind runs that have begun', async (t) => {
  const { process, incidents, queues, lines } = await intake(t);
  await process(trigger);
  const { incidentId = '', runId = '' } = (await incidents.getAlert(trigger.id)) ?? {};
  t.match(await queues.runs.getJob(runId ?? ''), { name: 'run', data: { runId }, priority: 1 });
  t.match(lines, [['alert_processed', { alertId: trigger.id, verdict: 'opened', incidentId, runId }]]);
});

t.test('an alert that is merged opens no run and adds nothing to the journal', async (t) => {
  const { process, incidents, queues, journals } = await intake(t);
  await process(trigger);
  await process({ ...trigger, id: 'a2' });
  const runId = (await incidents.getAlert('a2'))?.runId ?? '';
  t.equal(await queues.runs.getJobCountByTypes('prioritized'), 1);
  t.equal(await journals.length(runId), 1);
});

t.test('a recovery is added to the journal of the run, which is woken', async (t) => {
  const { process, incidents, queues, journals, isWoken } = await intake(t);
  await process(trigger);
  const runId = (await incidents.getAlert(trigger.id))?.runId ?? '';
  await (await queues.runs.getJob(runId))?.remove();
  await queues.runs.add('run', { runId }, { jobId: runId, delay: hour });
  t.equal(await isWoken(runId), false);
  await process({ ...trigger, id: 'a2', action: 'resolve' });
  t.match((await journals.read(runId)).at(-1), { type: 'source_resolved', alertId: 'a2' });
  t.equal(await isWoken(runId), true);
});

t.test('the same alert processed twice is one alert, one incident and one run', async (t) => {
  const { process, incidents, queues } = await intake(t);
  for (const one of [trigger, { ...trigger, id: 'test', action: 'test' } as const]) {
    await process(one);
    const before = await incidents.listAlerts(null);
    await process(one);
    t.same(await incidents.listAlerts(null), before, one.action);
  }
  t.match((await incidents.list(null)).items, [{ occurrences: 1, alerts: [trigger.id] }]);
  t.equal(await queues.runs.getJobCountByTypes('prioritized'), 1);
});

t.test('a worker that died after its claim leaves a run that the next try puts on the queue', async (t) => {
  const broken = await intake(t, { enqueueRun: () => Promise.reject(new Error('died')) });
  await t.rejects(broken.process(trigger), /died/);
  const runId = (await broken.incidents.getAlert(trigger.id))?.runId ?? '';
  t.equal(await broken.queues.runs.getJob(runId), undefined);
  const stores = { ...broken };
  await processAlert(
    trigger,
    ports.now(),
    intakeDeps(stores, { ...ports, mode: 'auto', log: pino({ level: 'silent' }) }),
  );
  t.ok(await broken.queues.runs.getJob(runId));
});

t.test('a decision that cannot be carried out is tried again, however old the alert is', async (t) => {
  const { process, incidents } = await intake(t, { enqueueRun: () => Promise.reject(new Error('Redis is full')) });
  await t.rejects(process(trigger, 2 * hour), /Redis is full/);
  t.match(
    await incidents.getAlert(trigger.id),
    { outcome: null, runId: String },
    'its run exists: it is not escalated',
  );
});

t.test('an alert that no stage can decide about is tried again within the hour', async (t) => {
  const now = () => 1_800_000_000_000;
  const { process, incidents, lines } = await intake(t, { stages: [failing], now });
  await t.rejects(process(trigger, hour - 1), /Redis is full/);
  t.equal(await incidents.getAlert(trigger.id), null);
  t.same(lines, []);
});

t.test('an alert that cannot be processed for an hour is escalated, with the reason', async (t) => {
  const now = () => 1_800_000_000_000;
  const { process, incidents, lines } = await intake(t, { stages: [failing], now });
  const progress = await process(trigger, hour);
  t.match(progress, { kind: 'failed', reason: /could not be taken in.*Redis is full/ });
  t.match(await incidents.getAlert(trigger.id), { outcome: 'escalated', reason: /Redis is full/, incidentId: null });
  t.match(lines, [['alert_processing_failed', { connection: 'datto', alertId: trigger.id, error: /Redis is full/ }]]);
});

t.test('an alert whose escalation cannot be recorded is tried again', async (t) => {
  const recordAlert = () => Promise.reject(new Error('still full'));
  const { process } = await intake(t, { stages: [failing], recordAlert });
  await t.rejects(process(trigger, 2 * hour), /still full/);
});
