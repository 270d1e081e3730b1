import t from 'tap';
import { claimFault } from '../../src/incidents/claim.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { alert } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const incidents = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
const stage = claimFault({ claim: incidents.claim, mode: 'auto' });

t.test('the claim decides about every alert and records its decision itself', async (t) => {
  const opened = await stage(alert);
  t.match(opened, { verdict: 'opened', incidentId: String, runId: String, unrecorded: null });
  t.match(await incidents.getAlert(alert.id), { incidentId: opened?.incidentId, runId: opened?.runId });
  for (const [action, verdict] of [
    ['acknowledge', 'merged'],
    ['resolve', 'closed'],
    ['resolve', 'ignored'],
  ] as const) {
    const one = { ...alert, id: `${action} ${verdict}`, action };
    t.match(await stage(one), { verdict, unrecorded: null });
    t.match(await incidents.getAlert(one.id), { outcome: verdict === 'ignored' ? 'ignored' : 'merged' });
  }
});

t.test('an alert that is claimed twice gets the same decision', async (t) => {
  const one = { ...alert, id: 'twice', alertKey: 'twice' };
  t.same(await stage(one), await stage(one));
});

t.test('a claim that fails leaves the alert undecided', async (t) => {
  const failing = claimFault({
    claim: async () => {
      throw new Error('Redis is full');
    },
    mode: 'auto',
  });
  await t.rejects(failing(alert), /Redis is full/);
});
