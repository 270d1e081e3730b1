import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerTicket } from '../../harness/sim-client.ts';
import { dattoAlert, type ServiceClient } from '../../harness/stack.ts';
import type { Run } from '../../src/run.ts';
import { percentile } from '../percentile.ts';
import type { Row } from '../table.ts';
import { type Bed, onBed } from './bed.ts';
import { callsOf, closable, deliverAll, secondsSince, stillFull, submitEndpoint, until } from './load.ts';

/** Longer than the bench: nothing but news wakes a run. */
const jobSeconds = 7_200;
const config = { rmm: { firstPollSeconds: jobSeconds, maxPollSeconds: jobSeconds, deadlineSeconds: 2 * jobSeconds } };
const wakes = 200;

/** Runs that all wait for their RMM jobs: what they cost the worker in memory, and how soon news wakes one. */
export function measureParked(runs: number): Promise<Row> {
  return onBed({ tickets: runs + stillFull, jobSeconds: String(jobSeconds), config }, async ({ stack, client }) => {
    const worker = await stack.start('worker');
    const tickets = closable(await stack.sim.ledger(), runs);
    // The first tenth warms the worker up: code, connections and a heap of its usual size are not what a run costs.
    const warmUp = Math.ceil(runs / 10);
    await park(tickets.slice(0, warmUp), warmUp, { stack, client });
    const before = await settledRss(worker.pid);
    const startedAt = Date.now();
    await park(tickets.slice(warmUp), runs, { stack, client });
    const parkSeconds = secondsSince(startedAt);
    const after = await settledRss(worker.pid);
    const latencies = await wakeSome(tickets.slice(-Math.min(wakes, runs)), client);
    return {
      bench: 'parked',
      what: `${runs} parked runs`,
      rssBeforeMb: before,
      rssAfterMb: after,
      rssGrowthMb: Math.round((after - before) * 10) / 10,
      parkSeconds,
      wakeups: latencies.length,
      wakeP50Ms: percentile(latencies, 0.5),
      wakeP95Ms: percentile(latencies, 0.95),
    };
  });
}

async function park(tickets: readonly LedgerTicket[], total: number, { stack, client }: Bed): Promise<void> {
  await deliverAll(client, tickets);
  const rowsSubmitted = async () => {
    const ledger = await stack.sim.ledger();
    return Math.max(
      callsOf(ledger, submitEndpoint),
      ledger.jobs.reduce((sum, { rows }) => sum + rows.length, 0),
    );
  };
  await until('every run to be parked', async () => (await rowsSubmitted()) >= total, 3_600_000, 2_000);
}

/** Resident memory in MB once nothing happens any more: the lowest of a few looks. */
async function settledRss(pid: number): Promise<number> {
  const looks: number[] = [];
  for (let look = 0; look < 10; look += 1) {
    await sleep(1_000);
    looks.push(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024);
  }
  return Math.round(Math.min(...looks) * 10) / 10;
}

/** The sender reports recovery, which wakes the run: from that entry of its journal to the worker's next. In ms. */
async function wakeSome(tickets: readonly LedgerTicket[], client: ServiceClient): Promise<number[]> {
  const latencies: number[] = [];
  for (const ticket of tickets) {
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
