import t from 'tap';
import { judgeLog, judgeScheduled } from '../../src/kaseya/job-verdict.ts';
import { jobReader } from '../../src/kaseya/jobs.ts';
import { recordedBms } from '../helpers/bms.ts';

t.test('a job is asked of its own family, and of no other', async (t) => {
  const { bms, state, exchanges } = await recordedBms(t, { seed: '41' });
  const asset = [...state.world.tenant.assets.values()].find(({ isActive }) => isActive);
  const row = { transactionId: 'tx', assetId: asset?.agentId ?? '' };
  const { family, jobId } = await bms.rmm.submit('deactivate_asset', [row]);
  const look = jobReader(bms.jobs, {});
  const judge = await look({ family, jobId, transactionId: 'tx' });
  t.match(judge('tx'), { outcome: 'succeeded', ticket: null });
  t.equal(asset?.isActive, false);
  t.match(judge('other'), { outcome: 'unknown' }, 'no row of ours');
  await t.rejects(look({ family: 'tickets', jobId, transactionId: 'tx' }), { message: /not found/ });
  const sent = exchanges.map(({ request }) => String(request.params?.jobId ?? ''));
  t.ok(sent.includes(jobId), 'the id went out digit by digit');
});

t.test('other families bring their own look, and an unknown one is unknown', async (t) => {
  const { bms } = await recordedBms(t, { seed: '42' });
  const done = { outcome: 'succeeded' as const, message: 'ran', ticket: null };
  const look = jobReader(bms.jobs, { remedy: async () => done });
  const outcomeOf = async (family: string) => (await look({ family, jobId: 'j', transactionId: 'tx' }))('tx');
  t.same(await outcomeOf('remedy'), done);
  t.match(await outcomeOf('nothing'), { outcome: 'unknown' });
});

t.test('a batch log never proves success, and the scheduler speaks by its state', async (t) => {
  t.equal(judgeLog([]), null);
  t.equal(judgeLog([{ type: 0, action: 'Merge', message: 'Ticket 7 merged successfully' }]), null);
  t.match(judgeLog([{ type: 2, action: 'Merge', message: 'Ticket 7 failed: closed' }]), { outcome: 'failed' });
  t.match(judgeScheduled('Succeeded'), { outcome: 'succeeded' });
  t.match(judgeScheduled('Failed'), { outcome: 'failed' });
  for (const word of ['', 'Processing', 'Enqueued', 'Vaporised']) t.equal(judgeScheduled(word), null, word);
});
