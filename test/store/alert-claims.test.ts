import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Alert } from '../../src/domain/alert.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { alert } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const incidents = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
const make = (change: Partial<Alert>): Alert => ({ ...alert, id: randomUUID(), ...change });
const claim = (change: Partial<Alert>) => incidents.claim(make(change), 'auto');

t.test('many alerts of one fault at once open one incident with one run', async (t) => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => claim({ alertKey: 'storm', occurrenceId: null })));
  t.equal(claims.filter(({ verdict }) => verdict === 'opened').length, 1);
  t.equal(claims.filter(({ verdict }) => verdict === 'merged').length, 19);
  t.equal(new Set(claims.map(({ incidentId }) => incidentId)).size, 1);
  const incident = await incidents.get(claims[0]?.incidentId ?? '');
  t.match(incident, { state: 'open', occurrences: 20, alertKey: 'storm' });
  t.equal(incident?.runs.length, 1);
  t.equal(incident?.alerts.length, 20);
});

t.test('the same alert claimed twice changes nothing', async (t) => {
  const one = make({ alertKey: 'twice' });
  const first = await incidents.claim(one, 'auto');
  t.same(await incidents.claim(one, 'auto'), first);
  t.equal((await incidents.get(first.incidentId))?.occurrences, 1);
});

t.test('the same alert key on two connections names two faults', async (t) => {
  const a = await claim({ alertKey: 'shared', connection: 'one' });
  const b = await claim({ alertKey: 'shared', connection: 'two' });
  t.match([a.verdict, b.verdict], ['opened', 'opened']);
});

t.test(
  'a resolve closes the incident; its occurrence reported again is merged, a new one opens a new incident',
  async (t) => {
    const opened = await claim({ alertKey: 'flap', occurrenceId: 'o1' });
    t.equal((await claim({ alertKey: 'flap', action: 'resolve', occurrenceId: 'o1' })).verdict, 'closed');
    t.equal((await incidents.get(opened.incidentId))?.state, 'resolved');
    t.equal((await claim({ alertKey: 'flap', occurrenceId: 'o1' })).verdict, 'merged');
    t.equal((await claim({ alertKey: 'flap', action: 'resolve' })).verdict, 'ignored');
    const again = await claim({ alertKey: 'flap', occurrenceId: 'o2' });
    t.equal(again.verdict, 'opened');
    t.not(again.incidentId, opened.incidentId);
  },
);

t.test('of the news about an unknown fault, a reminder opens an incident and the rest is ignored', async (t) => {
  t.equal((await claim({ alertKey: 'n1', action: 'remind' })).verdict, 'opened');
  for (const action of ['resolve', 'acknowledge', 'test'] as const) {
    t.equal((await claim({ alertKey: 'n2', action })).verdict, 'ignored', action);
  }
});

t.test('a fault that is reported again a day after its run has ended is a new incident', async (t) => {
  let now = Date.now();
  const dated = createIncidents(redis, { ...ports, retentionDays: 9, againHours: 24, now: () => now });
  const report = (change: Partial<Alert> = {}) => dated.claim(make({ alertKey: 'day', ...change }), 'auto');
  const first = make({ alertKey: 'day', occurrenceId: 'o1' });
  const { incidentId } = await dated.claim(first, 'auto');
  now += 2 * 86_400_000;
  t.equal((await report()).verdict, 'merged', 'its run has not ended');
  await dated.recordRunEnd({
    ...{ incidentId, alertId: first.id, disposition: 'escalated', reason: 'r', ticket: null, changedAt: null },
  });
  now += 86_400_000 - 1;
  t.equal((await report()).verdict, 'merged');
  now += 1;
  t.equal((await report({ action: 'remind' })).verdict, 'merged', 'a reminder is no news');
  t.equal((await report({ occurrenceId: 'o1' })).verdict, 'merged', 'nor is what was reported before');
  const again = await report({ occurrenceId: 'o2' });
  t.equal(again.verdict, 'opened');
  t.not(again.incidentId, incidentId);
  t.equal((await report()).verdict, 'merged', 'into the new one');
});

t.test("an alert's text reaches the journal unchanged, whatever it holds", async (t) => {
  const title = '"quotes" \\ \\u0041 \u{1f600} \u2028 ü %s {"type":"concluded"} [] \t';
  const one = make({ alertKey: `text ${title}`, sourceId: title, occurrenceId: title, title, description: title });
  const { runId, incidentId } = await incidents.claim(one, 'auto');
  t.match(await createJournals(redis, { ...ports, retentionDays: 1 }).read(runId), [
    { type: 'queued', mode: 'auto', retryOf: null, subject: { kind: 'alert', incidentId, alert: one } },
  ]);
  t.match(await incidents.getAlert(one.id), { sourceId: title });
  t.match(await incidents.get(incidentId), { alertKey: one.alertKey });
  t.equal(await redis.sismember(`{bms}:incident:${incidentId}:occurrences`, title), 1);
});
