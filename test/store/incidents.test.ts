import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Alert } from '../../src/domain/alert.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { alert } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const incidents = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
const make = (change: Partial<Alert>): Alert => ({ ...alert, id: randomUUID(), ...change });
const claim = (change: Partial<Alert>) => incidents.claim(make(change), 'auto');

t.test('one fault, one incident, one run, however many alerts come at once', async (t) => {
  const claims = await Promise.all(Array.from({ length: 20 }, () => claim({ alertKey: 'storm', occurrenceId: null })));
  t.equal(claims.filter(({ verdict }) => verdict === 'opened').length, 1);
  t.equal(claims.filter(({ verdict }) => verdict === 'merged').length, 19);
  t.equal(new Set(claims.map(({ incidentId }) => incidentId)).size, 1);
  const incident = await incidents.get(claims[0]?.incidentId ?? '');
  t.match(incident, { state: 'open', occurrences: 20, alertKey: 'storm' });
  t.equal(incident?.runs.length, 1);
  t.equal(incident?.alerts.length, 20);
});

t.test('the same alert taken in twice changes nothing', async (t) => {
  const one = make({ alertKey: 'twice' });
  const first = await incidents.claim(one, 'auto');
  t.same(await incidents.claim(one, 'auto'), first);
  t.equal((await incidents.get(first.incidentId))?.occurrences, 1);
});

t.test('another connection is another fault', async (t) => {
  const a = await claim({ alertKey: 'shared', connection: 'one' });
  const b = await claim({ alertKey: 'shared', connection: 'two' });
  t.match([a.verdict, b.verdict], ['opened', 'opened']);
});

t.test('a resolve closes; the same occurrence again is merged, a new one opens a new incident', async (t) => {
  const opened = await claim({ alertKey: 'flap', occurrenceId: 'o1' });
  t.equal((await claim({ alertKey: 'flap', action: 'resolve', occurrenceId: 'o1' })).verdict, 'closed');
  t.equal((await incidents.get(opened.incidentId))?.state, 'resolved');
  t.equal((await claim({ alertKey: 'flap', occurrenceId: 'o1' })).verdict, 'merged');
  t.equal((await claim({ alertKey: 'flap', action: 'resolve' })).verdict, 'ignored');
  const again = await claim({ alertKey: 'flap', occurrenceId: 'o2' });
  t.equal(again.verdict, 'opened');
  t.not(again.incidentId, opened.incidentId);
});

t.test('news of an unknown fault: a reminder opens, the rest is ignored', async (t) => {
  t.equal((await claim({ alertKey: 'n1', action: 'remind' })).verdict, 'opened');
  for (const action of ['resolve', 'acknowledge', 'test'] as const) {
    t.equal((await claim({ alertKey: 'n2', action })).verdict, 'ignored', action);
  }
});

t.test('every alert has one recorded outcome, and it can be asked for', async (t) => {
  const first = make({ alertKey: 'asked', sourceId: 'asked-1' });
  const { incidentId, runId } = await incidents.claim(first, 'auto');
  await incidents.claim(make({ alertKey: 'asked', sourceId: 'asked-1' }), 'auto');
  t.match(await incidents.getAlert(first.id), { outcome: null, incidentId, runId });
  await incidents.recordRunEnd({
    incidentId,
    alertId: first.id,
    disposition: 'resolved',
    reason: 'done',
    ticket: { id: 5, number: '77' },
    changedAt: null,
  });
  t.match(await incidents.getAlert(first.id), { outcome: 'triaged', reason: 'done' });
  const all = await incidents.listAlertsBySource('asked-1', null);
  t.same(all.items.map(({ outcome }) => outcome).sort(), ['merged', 'triaged']);
  t.match(await incidents.get(incidentId), { state: 'resolved', ticket: { id: 5, number: '77' } });
});

t.test('what outlives its retention, or is endless, does not fill Redis', async (t) => {
  let now = Date.now();
  const dated = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24, now: () => now });
  const fault = { alertKey: 'endless', sourceId: 'endless' };
  const { incidentId } = await dated.claim(make({ ...fault, occurrenceId: 'o0' }), 'auto');
  for (let i = 1; i <= 1_100; i += 1) {
    now += 600_000;
    await dated.claim(make({ ...fault, occurrenceId: `o${i}` }), 'auto');
  }
  const incident = await dated.get(incidentId);
  t.match(incident, { state: 'open', occurrences: 1_101 });
  t.equal(incident?.alerts.length, 1_000, 'the latest are listed');
  t.equal(await redis.zcard('{bms}:source:endless'), 144, 'those of the last day');

  const task = { text: 'x', account: null, ticketNumber: null, requestedBy: 'k', receivedAt: '2026-11-25T09:00:00Z' };
  await dated.openTask(randomUUID(), task, 'observe');
  now += 2 * 86_400_000;
  await dated.openTask(randomUUID(), task, 'observe');
  t.equal(await redis.zcard('{bms}:runs'), 1);
  const subject = { kind: 'alert', incidentId: 'expired', alert: make({}) } as const;
  await dated.openRetry('an old run', subject, 'auto', 'ops');
  t.equal(await redis.exists('{bms}:incident:expired:runs'), 0);
});

t.test('a cursor that nobody gave out reads as the first page', async (t) => {
  const first = await incidents.list(null);
  for (const made of ['0b1 x', '1\n x', 'Infinity x', '-1 x', 'x'])
    t.same(await incidents.list(Buffer.from(made).toString('base64url')), first, JSON.stringify(made));
});

t.test('what was handed to a person says so', async (t) => {
  for (const disposition of ['escalated', 'inconclusive'] as const) {
    const one = make({ alertKey: `to-${disposition}` });
    const { incidentId } = await incidents.claim(one, 'auto');
    await incidents.recordRunEnd({
      incidentId,
      alertId: one.id,
      disposition,
      reason: 'why',
      ticket: null,
      changedAt: null,
    });
    t.match(await incidents.getAlert(one.id), { outcome: 'escalated', reason: 'why' });
    t.equal((await incidents.get(incidentId))?.state, 'open');
  }
});

t.test('a fault that people have had for a day and that is reported again is a new incident', async (t) => {
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

t.test('a list is read page by page, without gaps or repeats', async (t) => {
  const expected = new Set<string>();
  for (let i = 0; i < 130; i += 1) expected.add((await claim({ alertKey: `page-${i}`, sourceId: 'paged' })).runId);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await incidents.listRunIds(cursor);
    seen.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  t.equal(new Set(seen).size, seen.length, 'no repeats');
  t.ok(
    [...expected].every((id) => seen.includes(id)),
    'no gaps',
  );
});
