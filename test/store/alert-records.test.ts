import t from 'tap';
import { createAlertRecords } from '../../src/store/alert-records.ts';
import { alert } from '../helpers/entries.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const dayMs = 86_400_000;
let clock = 1_800_000_000_000;
const records = createAlertRecords(redis, { retentionDays: 1, now: () => clock });
const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);

t.beforeEach(() => redis.flushall());

t.test('an alert without an incident is recorded with its outcome and reason, until its retention ends', async (t) => {
  await records.recordAlert(alert, { outcome: 'escalated', reason: 'why' });
  const { id, sourceId, connection, action, receivedAt } = alert;
  const record = { id, sourceId, connection, action, receivedAt, incidentId: null, runId: null };
  t.same(await records.getAlert(id), { ...record, outcome: 'escalated', reason: 'why' });
  t.equal(await redis.ttl(`{bms}:alert:${id}`), 86_400);
  t.equal(await redis.ttl(`{bms}:source:${sourceId}`), 86_400);
});

t.test('an alert that is recorded again keeps its place in the lists', async (t) => {
  await records.recordAlert({ ...alert, id: 'older' }, { outcome: 'ignored', reason: 'r' });
  clock += 1;
  await records.recordAlert({ ...alert, id: 'newer' }, { outcome: 'ignored', reason: 'r' });
  clock += 1;
  await records.recordAlert({ ...alert, id: 'older' }, { outcome: 'ignored', reason: 'r' });
  t.same(idsOf(await records.listAlerts(null)), ['newer', 'older']);
  t.same(idsOf(await records.listAlertsBySource(alert.sourceId, null)), ['newer', 'older']);
});

t.test('recording an alert removes those past their retention from the lists', async (t) => {
  await records.recordAlert({ ...alert, id: 'old' }, { outcome: 'ignored', reason: 'r' });
  clock += 2 * dayMs;
  await records.recordAlert({ ...alert, id: 'new' }, { outcome: 'ignored', reason: 'r' });
  t.equal(await redis.zcard('{bms}:alerts'), 1);
  t.equal(await redis.zcard(`{bms}:source:${alert.sourceId}`), 1);
});

t.test('an unknown alert has no record', async (t) => {
  t.equal(await records.getAlert('unknown'), null);
});
