import type { Redis } from 'ioredis';
import type { Config } from '../config.ts';
import { createDattoClient, dattoLimits } from '../datto-rmm/client.ts';
import { createQuickJobs } from '../datto-rmm/quick-job.ts';
import type { Ports } from '../domain/ports.ts';
import { type Bms, createBmsOver } from '../kaseya/bms.ts';
import type { Credentials } from '../kaseya/credentials.ts';
import { heldWhileDown } from '../kaseya/probe.ts';
import { shareReads } from '../kaseya/shared-reads.ts';
import { createTokenStore } from '../kaseya/token-store.ts';
import { createTransport, type Transport } from '../kaseya/transport.ts';
import { trutoLimits, trutoTiers } from '../kaseya/truto/limits.ts';
import { createTrutoTransport, type Operations } from '../kaseya/truto/transport.ts';
import { outcomeOfRequest, outcomeOfSignIn, type UpstreamHealth } from '../outbound/health.ts';
import type { Watch } from '../outbound/watch.ts';
import { type BucketOptions, createBucket, type Limit } from '../ratelimit/bucket.ts';
import { tallied } from '../ratelimit/tally.ts';
import { createRemedies, type Remedies } from '../remedies/remedies.ts';
import { webhookLimits } from '../remedies/webhook.ts';
import type { AppContext } from './context.ts';

export interface Upstream {
  bms: Bms;
  /** What the way to BMS can do; null where it is BMS itself, which can do all. */
  operations: Operations | null;
  remedies: Remedies;
}

/** The tenant's BMS, directly or by way of Truto, and whoever runs remedies; each on a rate budget of its own. */
export function createUpstream(
  { config, ports }: Pick<AppContext, 'config' | 'ports'>,
  redis: Redis,
  signal: AbortSignal,
  health?: UpstreamHealth,
): Upstream {
  const deps = { config, ports, redis, signal, health };
  const { TRUTO_TOKEN: token, TRUTO_ACCOUNT_ID: accountId } = config;
  const way = token && accountId ? byTruto(deps, token, accountId) : { bms: bmsItself(deps), operations: null };
  return { ...way, remedies: remediesOf(deps) };
}

/** Every upstream but the model: what a run costs there is counted in tokens. */
const bucketFor = (redis: Redis, options: BucketOptions) => tallied(createBucket(redis, options));

interface Deps {
  config: Config;
  ports: Ports;
  redis: Redis;
  signal: AbortSignal;
  /** Hears how calls of BMS end; absent for who calls nothing. */
  health: UpstreamHealth | undefined;
}

const patienceMs = 2_000;

const timingOf = ({ timeouts }: Config) => {
  const timeoutMs = timeouts.bmsSeconds * 1000;
  return { timeoutMs, leaseMs: timeoutMs + 5_000 };
};

function limitOf({ rateLimit: { endpoints, ...general } }: Config, endpoint: string): Limit {
  const { requests, windowSeconds, concurrency = 0 } = endpoints[endpoint] ?? general;
  return { requests, windowMs: windowSeconds * 1000, concurrency };
}

const nounsOf = ({ KASEYA_INTEGRATION_TYPE: integrationType, lookups }: Config) => ({
  integrationType,
  lookupTables: {
    noteTypes: lookups.noteTypeTable,
    ticketTypes: lookups.ticketTypeTable,
    ticketSources: lookups.ticketSourceTable,
  },
  lookupTtlMs: lookups.hours * 3_600_000,
});

const credentialsOf = (config: Config): Credentials => ({
  username: config.KASEYA_USERNAME,
  password: config.KASEYA_PASSWORD,
  tenant: config.KASEYA_TENANT,
  mfaSecret: config.KASEYA_MFA_SECRET ?? null,
});

/** Shorter than the time from a row's submission to the first look at its job: what it changed is read anew. */
const shareMs = ({ rmm }: Config) => Math.min(2_000, rmm.firstPollSeconds * 1000);
/** How long one waits for another's read before reading for oneself. */
const leadMs = 5_000;

const sharing = (transport: Transport, { config, ports, redis }: Deps, tenant: string): Transport =>
  shareReads(transport, { ...ports, redis, tenant, ttlMs: Math.ceil(shareMs(config)), leadMs });

const watching = (health?: UpstreamHealth): { watch?: Watch } =>
  health ? { watch: (request) => health.watch(request, outcomeOfRequest) } : {};

/** A refused sign-in is heard of even where it was held back. */
const watched = (transport: Transport, health: UpstreamHealth): Transport => ({
  call: (request) => health.watch(() => transport.call(request), outcomeOfSignIn),
});

function bmsItself(deps: Deps): Bms {
  const { config, ports, redis, signal, health } = deps;
  const { timeoutMs, leaseMs } = timingOf(config);
  const baseUrl = config.KASEYA_BASE_URL;
  const credentials = credentialsOf(config);
  const tenant = `${baseUrl}/${config.KASEYA_TENANT}`;
  const transport = createTransport({
    ...ports,
    baseUrl,
    credentials,
    tokenStore: createTokenStore(redis, { ...ports, baseUrl, credentials, lockMs: leaseMs }),
    timeoutMs,
    signal,
    ...watching(health),
    bucket: bucketFor(redis, {
      ...ports,
      tenant,
      limitOf: (endpoint) => limitOf(config, endpoint),
      leaseMs,
      patienceMs,
    }),
  });
  const guarded = health ? heldWhileDown(watched(transport, health), health) : transport;
  return createBmsOver(sharing(guarded, deps, tenant), { ...nounsOf(config), now: ports.now });
}

function byTruto(deps: Deps, token: string, accountId: string): Omit<Upstream, 'remedies'> {
  const { config, ports, redis, signal, health } = deps;
  const { timeoutMs, leaseMs } = timingOf(config);
  const { TRUTO_BASE_URL: baseUrl } = config;
  const nouns = { ...nounsOf(config), now: ports.now };
  const tenant = `${baseUrl}/${accountId}`;
  const bucket = bucketFor(redis, {
    ...ports,
    tenant,
    limitOf: (name) => trutoLimits[name] ?? limitOf(config, name),
    alongside: () => trutoTiers,
    leaseMs,
    patienceMs,
  });
  const { operations } = config.truto;
  const link = { baseUrl, token, accountId, operations, catalogueTtlMs: nouns.lookupTtlMs };
  const transport = createTrutoTransport({ ...ports, ...link, bucket, timeoutMs, signal, ...watching(health) });
  // Truto's catalogue has nothing that would do for a scout: runs find out for themselves.
  return { bms: createBmsOver(sharing(transport, deps, tenant), nouns), operations: transport.operations };
}

function remediesOf({ config, ports, redis, signal }: Deps): Remedies {
  const { DATTO_URL: baseUrl, DATTO_API_KEY: apiKey, DATTO_API_SECRET_KEY: apiSecretKey } = config;
  const { timeoutMs, leaseMs } = timingOf(config);
  const limits = { ...dattoLimits, ...webhookLimits };
  const bucket = bucketFor(redis, {
    ...ports,
    // The name of a bucket is shown to whoever looks at the limits: no part of a key belongs into it.
    tenant: baseUrl ?? 'remedies',
    limitOf: (name) => limits[name] ?? { requests: 100, windowMs: 60_000 },
    leaseMs,
    patienceMs,
  });
  const hasDatto = baseUrl && apiKey && apiSecretKey;
  const client = hasDatto
    ? createDattoClient({ ...ports, baseUrl, apiKey, apiSecretKey, bucket, timeoutMs, signal })
    : null;
  const quickJobs = client && createQuickJobs(client);
  const budget = { ...ports, bucket, signal };
  return createRemedies(config.remedies, { quickJobs, secrets: config.remedySecrets, budget, timeoutMs });
}
