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

/** A storm's worth of tickets to close at once: rows that could share an RMM job should. */
export function measureBurst(resolves: number): Promise<Row> {
  return onBed({ tickets: resolves + stillFull, jobSeconds: '1-3' }, async ({ stack, client }) => {
    await stack.start('worker');
    const tickets = closable(await stack.sim.ledger(), resolves);
    const startedAt = Date.now();
    await deliverAll(client, tickets);
    const accepted = secondsSince(startedAt);
    const isOver = async () => (await allAlerts(client)).every(({ outcome }) => outcome !== null);
    await until('every outcome', isOver, 900_000, 1_000);
    const seconds = secondsSince(startedAt);
    const ledger = await stack.sim.ledger();
    return {
      bench: 'burst',
      what: `${resolves} resolves at once`,
      seconds,
      acceptedSeconds: accepted,
      submits: callsOf(ledger, submitEndpoint),
      jobs: ledger.jobs.length,
      polls: callsOf(ledger, pollEndpoint),
      resolved: ledger.effects.length,
    };
  });
}
