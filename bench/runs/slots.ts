import type { Row } from '../../harness/table.ts';
import { onBed } from './bed.ts';
import {
  allAlerts,
  callsOf,
  closable,
  deliverAll,
  pollEndpoint,
  secondsSince,
  stillFull,
  submitEndpoint,
  until,
} from './load.ts';

const slots = 2;
const jobSeconds = { min: 2, max: 5 };

/** Many runs that wait for RMM jobs, on few slots: a run that waits must not hold one. */
export function measureSlots(runs: number): Promise<Row> {
  const { min, max } = jobSeconds;
  const options = { tickets: runs + stillFull, jobSeconds: `${min}-${max}`, config: { concurrency: slots } };
  return onBed(options, async ({ stack, client }) => {
    await stack.start('worker');
    const tickets = closable(await stack.sim.ledger(), runs);
    const startedAt = Date.now();
    await deliverAll(client, tickets);
    await until(
      'every outcome',
      async () => (await allAlerts(client)).every(({ outcome }) => outcome !== null),
      600_000,
    );
    const ledger = await stack.sim.ledger();
    return {
      bench: 'slots',
      what: `${runs} runs, ${slots} slots, jobs of ${min}-${max} s`,
      seconds: secondsSince(startedAt),
      // What a processor that holds its slot would need at the very least: the jobs' mean length, two at a time.
      heldSlotSecondsComputed: (runs * (min + max)) / 2 / slots,
      submits: callsOf(ledger, submitEndpoint),
      polls: callsOf(ledger, pollEndpoint),
      resolved: ledger.effects.length,
    };
  });
}
