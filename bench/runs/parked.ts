import { percentile } from '../../harness/percentile.ts';
import type { LedgerTicket } from '../../harness/sim-client.ts';
import { dattoAlert, type ServiceClient } from '../../harness/stack.ts';
import type { Row } from '../../harness/table.ts';
import type { Run } from '../../src/domain/run-view.ts';
import { type Bed, onBed } from './bed.ts';
import { closable, createProgress, deliverAll, secondsSince, stillFull, until } from './load.ts';
import { settledMemory } from './memory.ts';
import { readMetric } from './metrics.ts';

/** Longer than the bench: nothing but news wakes a run. */
const jobSeconds = 7_200;
const config = { rmm: { firstPollSeconds: jobSeconds, maxPollSeconds: jobSeconds, deadlineSeconds: 2 * jobSeconds } };
const wakes = 200;

/**
 * Runs that all wait for their RMM jobs: what they cost the worker in memory, and how soon news wakes one. The first
 * `warmUp` only bring the worker to its usual size: code, connections and a heap that has seen load are not what a run
 * costs. They stay parked like the others.
 */
export function measureParked({ runs, warmUp }: { runs: number; warmUp: number }): Promise<Row> {
  const say = createProgress('parked');
  return onBed({ tickets: runs + stillFull, jobSeconds: String(jobSeconds), config }, async ({ stack, client }) => {
    const worker = await stack.start('worker');
    const bed = { stack, client, url: worker.url, say };
    const tickets = closable(await stack.sim.ledger(), runs);
    await park(tickets.slice(0, warmUp), warmUp, bed);
    const before = await settledMemory(worker);
    say(`${warmUp} runs to warm up: ${before.rssMb} MB, of it ${before.heapMb} MB heap in use`);
    const startedAt = Date.now();
    await park(tickets.slice(warmUp), runs, bed);
    const parkSeconds = secondsSince(startedAt);
    const after = await settledMemory(worker);
    say(`${runs} runs: ${after.rssMb} MB, of it ${after.heapMb} MB heap in use; waking some`);
    const latencies = await wakeSome(tickets, client);
    return {
      bench: 'parked',
      what: `${runs} parked runs`,
      warmUp,
      rssBeforeMb: before.rssMb,
      rssAfterMb: after.rssMb,
      rssGrowthMb: Math.round((after.rssMb - before.rssMb) * 10) / 10,
      heapBeforeMb: before.heapMb,
      heapAfterMb: after.heapMb,
      parkSeconds,
      wakeups: latencies.length,
      wakeP50Ms: percentile(latencies, 0.5),
      wakeP95Ms: percentile(latencies, 0.95),
    };
  });
}

/** Delivers an alert for each ticket and waits until `total` runs are parked and their rows are RMM jobs. */
async function park(
  tickets: readonly LedgerTicket[],
  total: number,
  { stack, client, url, say }: Bed & { url: string; say(text: string): void },
): Promise<void> {
  await deliverAll(client, tickets);
  const isParked = async () => {
    const parked = await readMetric(url, 'bms_triage_queue_jobs{queue="runs",state="delayed"}');
    const submitted = submittedRows(await stack.sim.ledger());
    say(`${submitted} of ${total} runs wait for an RMM job, ${parked} are parked`);
    // A run is also parked while it waits for the model's budget or for its row's batch.
    return submitted >= total && parked >= total;
  };
  await until('every run to be parked', isParked, 3_600_000, 5_000);
}

const submittedRows = ({ jobs }: Awaited<ReturnType<Bed['stack']['sim']['ledger']>>): number =>
  jobs.reduce((sum, { rows }) => sum + rows.length, 0);

/**
 * The sender reports recovery, which wakes the run: from that entry of its journal to the worker's next, in ms. One run
 * after the other, spread over all.
 */
async function wakeSome(tickets: readonly LedgerTicket[], client: ServiceClient): Promise<number[]> {
  const every = Math.max(1, Math.floor(tickets.length / wakes));
  const latencies: number[] = [];
  for (const ticket of tickets.filter((_, index) => index % every === 0).slice(0, wakes)) {
    await client.deliver('datto', dattoAlert(ticket, 'alert.resolved'));
    const runId = (await client.alerts(ticket.alertRefId ?? '')).find((alert) => alert.runId)?.runId;
    if (!runId) throw new Error(`no run for ${ticket.alertRefId}`);
    await until(
      'a run to wake',
      async () => {
        const latency = wakeLatency(await client.run(runId));
        if (latency !== null) latencies.push(latency);
        return latency !== null;
      },
      30_000,
      20,
    );
  }
  return latencies;
}

function wakeLatency({ steps }: Run): number | null {
  const news = steps.findIndex(({ type }) => type === 'source_resolved');
  const woken = steps.findIndex(({ type }, at) => news >= 0 && at > news && type === 'started');
  const [from, to] = [steps[news], steps[woken]];
  return from && to ? Date.parse(to.at) - Date.parse(from.at) : null;
}
