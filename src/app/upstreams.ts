import type { Redis } from 'ioredis';
import type { Config } from '../config.ts';
import { createDattoClient } from '../datto-rmm/client.ts';
import { createQuickJobs } from '../datto-rmm/quick-job.ts';
import { dattoAccess } from '../datto-rmm/settings.ts';
import type { Ports } from '../domain/ports.ts';
import { type Bms, createBmsOver } from '../kaseya/bms.ts';
import { heldWhileDown } from '../kaseya/probe.ts';
import { clientOptions, quotaOwner, readSharing, trutoAccess } from '../kaseya/settings.ts';
import { shareReads } from '../kaseya/shared-reads.ts';
import { createTokenStore } from '../kaseya/token-store.ts';
import { createTransport, type Transport } from '../kaseya/transport.ts';
import { trutoQuota } from '../kaseya/truto/limits.ts';
import { createTrutoTransport, type Operations } from '../kaseya/truto/transport.ts';
import { outcomeOfSignIn, type UpstreamHealth, watched, watchRequests } from '../outbound/health.ts';
import { type BucketOptions, createBucket } from '../ratelimit/bucket.ts';
import { leaseFor, limitsOf, patienceMs } from '../ratelimit/settings.ts';
import { tallied } from '../ratelimit/tally.ts';
import { remedyLimit } from '../remedies/limits.ts';
import { createRemedies, type Remedies } from '../remedies/remedies.ts';
import type { AppContext } from './context.ts';

export interface Upstream {
  bms: Bms;
  /** What Truto can do; null where BMS is called directly, which can do everything. */
  operations: Operations | null;
  remedies: Remedies;
}

interface Deps {
  config: Config;
  ports: Ports;
  redis: Redis;
  signal: AbortSignal;
  /** Learns how calls of BMS end; absent in a process that calls nothing. */
  health: UpstreamHealth | undefined;
}

/** The tenant's BMS, directly or through Truto, and the services that carry out remedies; each has its own rate budget. */
export function createUpstream(
  { config, ports }: Pick<AppContext, 'config' | 'ports'>,
  redis: Redis,
  signal: AbortSignal,
  health?: UpstreamHealth,
): Upstream {
  const deps = { config, ports, redis, signal, health };
  const truto = trutoAccess(config);
  const { transport, operations } = truto
    ? trutoTransport(deps, truto)
    : { transport: bmsTransport(deps), operations: null };
  const sharing = { ...ports, redis, tenant: quotaOwner(config), ...readSharing(config) };
  const bms = createBmsOver(shareReads(transport, sharing), { ...clientOptions(config), now: ports.now });
  return { bms, operations, remedies: remediesOf(deps) };
}

function bmsTransport(deps: Deps): Transport {
  const { config, ports, redis, signal, health } = deps;
  const client = clientOptions(config);
  const transport = createTransport({
    ...ports,
    ...client,
    ...watchedRequests(health),
    tokenStore: createTokenStore(redis, { ...ports, ...client, lockMs: leaseFor(client.timeoutMs) }),
    bucket: bucketOf(deps, { tenant: quotaOwner(config), limitOf: limitsOf(config.rateLimit) }),
    signal,
  });
  if (!health) return transport;
  // A refused sign-in counts even where no request was sent.
  return heldWhileDown({ call: watched(transport.call, health, outcomeOfSignIn) }, health);
}

/** Truto's catalogue has nothing small enough for a probe, so no call is held back: the runs find out for themselves. */
function trutoTransport(deps: Deps, access: NonNullable<ReturnType<typeof trutoAccess>>) {
  const { config, ports, signal, health } = deps;
  const { timeoutMs, lookupTtlMs: catalogueTtlMs } = clientOptions(config);
  const bucket = bucketOf(deps, { tenant: quotaOwner(config), ...trutoQuota(limitsOf(config.rateLimit)) });
  const link = { ...access, operations: config.truto.operations, catalogueTtlMs };
  const transport = createTrutoTransport({ ...ports, ...link, ...watchedRequests(health), bucket, timeoutMs, signal });
  return { transport, operations: transport.operations };
}

function remediesOf(deps: Deps): Remedies {
  const { config, ports, signal } = deps;
  const { timeoutMs } = clientOptions(config);
  // The limits show a bucket's name, so no part of a key belongs in it.
  const bucket = bucketOf(deps, { tenant: config.DATTO_URL ?? 'remedies', limitOf: remedyLimit });
  const datto = dattoAccess(config);
  const client = datto && createDattoClient({ ...ports, ...datto, bucket, timeoutMs, signal });
  const quickJobs = client && createQuickJobs(client);
  const budget = { ...ports, bucket, signal };
  return createRemedies(config.remedies, { quickJobs, secrets: config.remedySecrets, budget, timeoutMs });
}

/** For every upstream but the model. Its calls are counted as the run's cost; at the model tokens are counted instead. */
function bucketOf({ config, ports, redis }: Deps, quota: Pick<BucketOptions, 'tenant' | 'limitOf' | 'alongside'>) {
  const { timeoutMs } = clientOptions(config);
  const options = { ...ports, ...quota, leaseMs: leaseFor(timeoutMs), patienceMs: patienceMs.upstream };
  return tallied(createBucket(redis, options));
}

const watchedRequests = (health?: UpstreamHealth) => (health ? { watch: watchRequests(health) } : {});
