import type { Test } from 'tap';
import type { Effect, Ledger, LedgerTicket, SimClient } from '../../harness/sim-client.ts';
import { type ServiceClient, startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import type { ReadyLine } from '../../sim/bms/ready-line.ts';
import type { Run } from '../../src/domain/run-view.ts';
import { type Bms, createBms } from '../../src/kaseya/bms.ts';
import { lookupTables } from '../helpers/bms.ts';
import { openBucket } from '../helpers/permits.ts';
import { ports } from '../helpers/ports.ts';
import { privateRedis } from '../helpers/redis.ts';

/** The two ways to BMS; each runs its remedies in another way too. */
export type Way = 'direct' | 'truto';

/** A stack on which scenarios are played, as it was before the first of them. */
export interface Ground {
  way: Way;
  client: ServiceClient;
  sim: SimClient;
  before: Ledger;
  /** What the service has logged, line by line. */
  log: readonly string[];
  /** BMS itself, read past the service. */
  bms: Bms;
}

/** Something that is asked of the service. */
export interface Played {
  runId: string;
  /** Judges the end by what the tenant and the ledger show. */
  check(t: Test, run: Run, after: Ledger): Promise<void>;
}

export interface Scenario {
  name: string;
  play(ground: Ground): Promise<Played>;
}

/** Monitors of the alerts, each with a remedy of its own. */
export const monitors = { mendable: 'Disk Usage', unmendable: 'Disk Space' };

const base = { description: 'Deletes temporary files on the system volume.', timeoutSeconds: 30 };

const remediesOf = ({ datto, remedy }: ReadyLine, way: Way) => ({
  'free-disk-space': {
    ...{ ...base, for: { monitors: [monitors.mendable] } },
    ...(way === 'direct'
      ? { datto: { componentUid: datto.componentUid } }
      : { webhook: { url: remedy.url, statusUrl: remedy.statusUrl, secretEnv: 'REMEDY_SECRET' } }),
  },
  'free-disk-space-in-vain': {
    ...{ ...base, for: { monitors: [monitors.unmendable] } },
    datto: { componentUid: datto.failingComponentUid },
  },
});

/** Nothing listens there: a call to BMS past Truto fails. */
const nowhere = 'http://127.0.0.1:9';

const envOf = ({ truto, datto, remedy }: ReadyLine, way: Way): Record<string, string> => ({
  ...{ DATTO_URL: datto.url, DATTO_API_KEY: datto.apiKey, DATTO_API_SECRET_KEY: datto.apiSecretKey },
  REMEDY_SECRET: remedy.secret,
  ...(way === 'direct'
    ? {}
    : {
        ...{ KASEYA_BASE_URL: nowhere, TRUTO_BASE_URL: truto.url },
        ...{ TRUTO_TOKEN: truto.token, TRUTO_ACCOUNT_ID: truto.accountId },
      }),
});

export async function startGround(t: Test, way: Way): Promise<Ground> {
  const stack = await startStack({
    redis: await privateRedis(t),
    simFlags: ['--seed', `scenarios-${way}`, '--job-seconds', '0-1'],
    config: (bms) => ({
      remedies: remediesOf(bms, way),
      defaults: { status: 'New' },
      rmm: { firstPollSeconds: 0.3, batchMillis: 50 },
    }),
    env: (bms) => envOf(bms, way),
  });
  t.teardown(() => stack.stop());
  const { url, output } = await stack.start('all');
  const { KASEYA_USERNAME: username = '', KASEYA_PASSWORD: password = '', KASEYA_TENANT: tenant = '' } = stack.env;
  const bms = createBms({
    ...ports,
    ...{ baseUrl: stack.simUrl, credentials: { username, password, tenant }, bucket: openBucket() },
    ...{ integrationType: 'dattormm', lookupTables, lookupTtlMs: 60_000, timeoutMs: 5_000 },
    signal: new AbortController().signal,
  });
  return { way, client: stack.client(url), sim: stack.sim, before: await stack.sim.ledger(), log: output, bms };
}

export const ended = (client: ServiceClient, runId: string): Promise<Run> =>
  waitFor(
    'the end of the run',
    async () => ((run) => run.state === 'concluded' && run)(await client.run(runId)),
    60_000,
  );

/** What was really changed about these tickets and assets, as operations in their order. */
export const changesOf = (
  { effects }: Ledger,
  { tickets = [], assets = [] }: { tickets?: readonly number[]; assets?: readonly number[] },
): string[] => effects.filter((effect) => isAbout(effect, tickets, assets)).map(({ operation }) => operation);

const isAbout = ({ ticketId, assetId }: Effect, tickets: readonly number[], assets: readonly number[]) =>
  (ticketId !== null && tickets.includes(ticketId)) || (assetId !== null && assets.includes(assetId));

export function ticketIn({ tickets }: Ledger, id: number): LedgerTicket {
  const ticket = tickets.find((candidate) => candidate.id === id);
  if (!ticket) throw new Error(`no ticket ${id}`);
  return ticket;
}

/** Open tickets of the run's account that were not there before. */
export const openedSince = ({ tickets: before }: Ledger, { tickets }: Ledger, accountId: number): LedgerTicket[] =>
  tickets.filter(({ id, accountId: owner }) => owner === accountId && !before.some((ticket) => ticket.id === id));

export const operations = {
  note: 'POST /v2/servicedesk/tickets/{ticketId}/notes',
  assign: 'POST /v2/servicedesk/tickets/{ticketId}/assignticket',
  close: 'POST /v2/servicedesk/tickets/{ticketId}/resolve',
  resolveAlert: 'POST /v2/rmm/{integrationType}/tickets/resolve',
  deactivate: 'PUT /v2/rmm/{integrationType}/assets/deactivate',
  quickJob: 'PUT /v2/device/{deviceUid}/quickjob',
  webhook: 'POST /remedy/hooks',
};
