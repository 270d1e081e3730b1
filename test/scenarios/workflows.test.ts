import t from 'tap';
import { fullDisk, fullDiskInVain } from './full-disk.ts';
import { ended, type Scenario, startGround, type Way } from './ground.ts';
import { offboarding, offboardingInVain } from './offboarding.ts';
import { vipEscalation, vipEscalationInVain } from './vip-escalation.ts';

/** What goes well, and then the same where one step fails. Those of a wave are played at the same time. */
const waves: Scenario[][] = [
  [fullDisk, offboarding, vipEscalation],
  [fullDiskInVain, offboardingInVain, vipEscalationInVain],
];
const ways: Record<Way, string> = {
  direct: 'each workflow ends right on BMS itself',
  truto: 'each workflow ends right on BMS by way of Truto',
};

t.jobs = 2;
for (const way of ['direct', 'truto'] as const) {
  t.test(ways[way], { buffered: true, timeout: 110_000 }, async (t) => {
    const ground = await startGround(t, way);
    for (const wave of waves) {
      const played = await Promise.all(wave.map(async ({ name, play }) => ({ name, ...(await play(ground)) })));
      for (const { name, runId, check } of played) {
        await t.test(name, async (t) => {
          const run = await ended(ground.client, runId);
          await check(t, run, await ground.sim.ledger());
        });
      }
    }
    const line = ground.log.find((line) => line.includes('truto_operations_missing'));
    t.equal(
      line?.includes('GET /v2/admin/copilot/configuration') ?? false,
      way === 'truto',
      'what is missing is logged',
    );
  });
}
