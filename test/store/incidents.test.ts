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

t.test('every alert has one recorded outcome, found by its id and its source', async (t) => {
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

t.test('a fault without end and records past their retention do not fill Redis', async (t) => {
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

t.test('a hand-made cursor gives the first page', async (t) => {
  const first = await incidents.list(null);
  for (const made of ['0b1 x', '1\n x', 'Infinity x', '-1 x', 'x'])
    t.same(await incidents.list(Buffer.from(made).toString('base64url')), first, JSON.stringify(made));
});

t.test('an alert whose run was handed to a person is recorded as escalated', async (t) => {
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
