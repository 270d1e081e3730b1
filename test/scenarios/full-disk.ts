import type { LedgerTicket } from '../../harness/sim-client.ts';
import { dattoAlert } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import type { Run } from '../../src/domain/run-view.ts';
import { changesOf, type Ground, monitors, operations, type Scenario, ticketIn } from './ground.ts';

/** A disk alert whose disk really is full: run the remedy, read the device again, close the ticket, prove it. */
export const fullDisk: Scenario = {
  name: 'a full disk is cleaned up, read again, and its ticket closed by a verified job',
  async play(ground) {
    const ticket = fullTickets(ground)[0];
    return {
      runId: await alarm(ticket, monitors.mendable, ground),
      async check(t, run, after) {
        t.match(run, { disposition: 'resolved', ticket: { id: ticket.id } });
        t.equal(ticketIn(after, ticket.id).resolved, true);
        const remedy = ground.way === 'direct' ? operations.quickJob : operations.webhook;
        t.same(changesOf(after, about(ticket)), [remedy, operations.resolveAlert], 'cleaned up once, then closed once');
        t.ok((await usedShare(ticket, ground)) < 0.9, 'there is room again');
        const job = stepsOf(run, 'rmm_job_finished')[0] ?? 0;
        const reads = stepsOf(run, 'read_done');
        t.ok(reads.some((step) => step < job) && reads.some((step) => step > job), 'read before and after');
      },
    };
  },
};

export const fullDiskInVain: Scenario = {
  name: 'the ticket of a full disk whose remedy fails stays open and goes to people',
  async play(ground) {
    const ticket = fullTickets(ground)[1];
    return {
      runId: await alarm(ticket, monitors.unmendable, ground),
      async check(t, run, after) {
        t.match(run, { disposition: 'escalated', reason: /remedy "free-disk-space-in-vain" failed.*access denied/ });
        const now = ticketIn(after, ticket.id);
        t.match(now, { resolved: false, queueName: 'Tier 3 Escalation', notes: [{ isInternal: true }] });
        t.ok(now.queueMembers > 0);
        t.same(changesOf(after, about(ticket)), [operations.assign], 'nothing but the hand-over');
        t.ok((await usedShare(ticket, ground)) > 0.9, 'it is full still');
      },
    };
  },
};

/** The tenant's two alerts that still hold. */
function fullTickets({ before }: Ground): [LedgerTicket, LedgerTicket] {
  const [first, second] = before.tickets.filter(({ alertRefId }) => alertRefId !== null).slice(-2);
  if (!first || !second) throw new Error('the tenant has too few alerts');
  return [first, second];
}

async function alarm(ticket: LedgerTicket, monitor: string, { client }: Ground): Promise<string> {
  await client.deliver('datto', { ...dattoAlert(ticket), alert_type: monitor });
  return waitFor('the run', async () => (await client.alerts(ticket.alertRefId ?? ''))[0]?.runId);
}

const about = ({ id, assetId }: LedgerTicket) => ({ tickets: [id], assets: [assetId ?? 0] });

async function usedShare({ assetId }: LedgerTicket, { bms }: Ground): Promise<number> {
  const { diskVolumes } = await bms.assets.get(assetId ?? 0);
  const system = diskVolumes?.find(({ drive }) => drive?.startsWith('C'));
  return (system?.usedMBytes ?? 0) / (system?.totalMBytes ?? 1);
}

const stepsOf = ({ steps }: Run, type: string): number[] =>
  steps.filter((step) => step.type === type).map(({ step }) => step);
