import t from 'tap';
import { jobReader } from '../../src/kaseya/jobs.ts';
import { recordedBms } from '../helpers/bms.ts';

t.test('the status of a job is read from its own family, and from no other', async (t) => {
  const { bms, state, exchanges } = await recordedBms(t, { seed: '41' });
  const asset = [...state.world.tenant.assets.values()].find(({ isActive }) => isActive);
  const row = { transactionId: 'tx', assetId: asset?.agentId ?? '' };
  const { family, jobId } = await bms.rmm.submit('deactivate_asset', [row]);
  const read = jobReader(bms.jobs, {});
  const judge = await read({ family, jobId, transactionId: 'tx' });
  t.match(judge('tx'), { outcome: 'succeeded', ticket: null });
  t.equal(asset?.isActive, false);
  t.match(judge('other'), { outcome: 'unknown' }, 'no row of ours');
  await t.rejects(read({ family: 'tickets', jobId, transactionId: 'tx' }), { message: /not found/ });
  const sent = exchanges.map(({ request }) => String(request.params?.jobId ?? ''));
  t.ok(sent.includes(jobId), 'the id went out digit by digit');
});

t.test(
  "a family that is not BMS's is read by its own reader, and a family without a reader has an unknown outcome",
  async (t) => {
    const { bms } = await recordedBms(t, { seed: '42' });
    const done = { outcome: 'succeeded' as const, message: 'ran', ticket: null };
    const read = jobReader(bms.jobs, { remedy: async () => done });
    const outcomeOf = async (family: string) => (await read({ family, jobId: 'j', transactionId: 'tx' }))('tx');
    t.same(await outcomeOf('remedy'), done);
    for (const family of ['nothing', 'mappings', 'batch', 'scheduler'])
      t.match(
        await outcomeOf(family),
        { outcome: 'unknown', message: new RegExp(`"${family}"`), ticket: null },
        family,
      );
  },
);
