import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger, LedgerTicket } from '../../harness/sim-client.ts';
import { dattoAlert, type ServiceClient } from '../../harness/stack.ts';
import type { AlertRecord } from '../../src/domain/alert.ts';

export const submitEndpoint = 'POST /v2/rmm/{integrationType}/tickets/resolve';
export const pollEndpoint = 'GET /v2/rmm/{integrationType}/tickets/status/{jobId}';

/** What these benches measure is the queue; the rate limit has a bench of its own. */
export const withoutRateLimit = { requests: 1_000_000, windowSeconds: 3600 };

/** The simulator leaves the last two of its tickets with a fault that persists; a run closes any other. */
export const stillFull = 2;

export const closable = ({ tickets }: Ledger, count: number): LedgerTicket[] => {
  const open = tickets.filter(({ alertRefId, resolved }) => alertRefId !== null && !resolved);
  if (open.length < count + stillFull) throw new Error(`the simulated tenant has only ${open.length} open RMM tickets`);
  return open.slice(0, count);
};

/** Sends an alert for each ticket, `lanes` at a time. Throws when one is not accepted. */
export async function deliverAll(client: ServiceClient, tickets: readonly LedgerTicket[], lanes = 20): Promise<void> {
  const left = [...tickets];
  const lane = async () => {
    for (let ticket = left.shift(); ticket; ticket = left.shift()) {
      const { status } = await client.deliver('datto', dattoAlert(ticket));
      if (status !== 202) throw new Error(`an alert was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** All alert records, newest first. */
export async function allAlerts(client: ServiceClient): Promise<AlertRecord[]> {
  const all: AlertRecord[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: AlertRecord[]; next: string | null } = await client.get(
      `/v1/alerts${cursor && `?cursor=${encodeURIComponent(cursor)}`}`,
    );
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}

/** Waits until `isDone` says so, looking once in a while. Throws after `timeoutMs`, naming what was waited for. */
export async function until(
  what: string,
  isDone: () => Promise<boolean>,
  timeoutMs: number,
  everyMs = 200,
): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  while (!(await isDone())) {
    if (Date.now() > giveUpAt) throw new Error(`waited ${timeoutMs / 1000} s for ${what}`);
    await sleep(everyMs);
  }
}

/** Prints progress on standard error, so that a long bench is not silent. */
export function createProgress(bench: string): (text: string) => void {
  const startedAt = Date.now();
  return (text) => process.stderr.write(`${bench}: ${text}, ${Math.round(secondsSince(startedAt))} s\n`);
}

export const callsOf = ({ requests }: Ledger, endpoint: string): number => requests.byEndpoint[endpoint] ?? 0;

export const secondsSince = (startedAt: number): number => Math.round((Date.now() - startedAt) / 100) / 10;
