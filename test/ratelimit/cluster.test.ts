import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import t from 'tap';
import { findServer } from '../../harness/redis.ts';
import { waitFor } from '../../harness/wait.ts';
import { RetryableError } from '../../src/domain/errors.ts';
import { createBucket } from '../../src/ratelimit/bucket.ts';
import { viewLimits } from '../../src/ratelimit/view.ts';
import { ports } from '../helpers/ports.ts';
import { withoutRealRedis } from '../helpers/redis.ts';

const limit = 20;
const windowMs = 1_500;
const slots = 16_384;

interface Node {
  port: number;
  start(): Promise<void>;
  kill(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  // The bus of a node listens on its port plus 10,000.
  for (;;) {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    await new Promise((closed) => server.close(closed));
    if (typeof address === 'object' && address && address.port < 55_000) return address.port;
  }
}

/** One master on loopback; started again after a kill it finds its AOF and its part of the cluster. */
async function nodeOn(binary: string, test: Pick<typeof t, 'teardown'>): Promise<Node> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'bms-triage-cluster-'));
  let server: ChildProcess | null = null;
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGKILL');
    await exited;
  };
  test.teardown(async () => {
    await kill();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    port,
    kill,
    async start() {
      const flags = {
        ...{ port, dir, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync: 'always', loglevel: 'warning' },
        ...{ 'cluster-enabled': 'yes', 'cluster-config-file': 'nodes.conf', 'cluster-node-timeout': 2_000 },
      };
      server = spawn(
        binary,
        Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
        { stdio: 'ignore' },
      );
      await asking(port, (redis) => untilTrue('a node', async () => (await redis.ping()) === 'PONG'));
    },
  };
}

async function asking<T>(port: number, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

/** Waits until the check is true; one that fails is not true yet. */
const untilTrue = (what: string, check: () => Promise<boolean>) =>
  waitFor(what, () => check().catch(() => false), 20_000);

const isWhole = async (redis: Redis) => String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok');

async function form(nodes: readonly Node[]): Promise<void> {
  const share = Math.ceil(slots / nodes.length);
  for (const [index, { port }] of nodes.entries()) {
    const last = Math.min(slots, (index + 1) * share) - 1;
    await asking(port, async (redis) => {
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last);
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]?.port ?? 0);
    });
  }
  for (const { port } of nodes) await asking(port, (redis) => untilTrue('the whole cluster', () => isWhole(redis)));
}

/** Calls as the upstream may have counted them: at any moment from sending to answer. */
const mostInAWindow = (sent: readonly { from: number; to: number }[]): number =>
  Math.max(0, ...sent.map(({ from }) => sent.filter((o) => o.from <= from && o.to > from - windowMs).length));

t.test(
  'a bucket on a cluster lets no call through while its master is down, and never exceeds its limit',
  { skip: withoutRealRedis, timeout: 90_000 },
  async (t) => {
    const binary = findServer() ?? '';
    const nodes: Node[] = [];
    for (let i = 0; i < 3; i += 1) nodes.push(await nodeOn(binary, t));
    await Promise.all(nodes.map((node) => node.start()));
    await form(nodes);

    const clients = [1, 2].map(() => {
      const cluster = new Cluster(
        nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
        { clusterRetryStrategy: () => 100, redisOptions: { maxRetriesPerRequest: 1 } },
      );
      cluster.on('error', () => {});
      t.teardown(() => cluster.disconnect());
      return cluster;
    });
    const [first] = clients;
    if (!first) throw new Error('no client');
    await untilTrue('a client', async () => (await first.ping()) === 'PONG');
    const owner = await asking(nodes[0]?.port ?? 0, async (redis) => {
      const slot = Number(await redis.call('CLUSTER', 'KEYSLOT', '{bms}'));
      return nodes[Math.floor(slot / Math.ceil(slots / 3))];
    });

    const { signal } = new AbortController();
    const sent: { from: number; to: number }[] = [];
    const refusals = new Map<string, number>();
    /** The workers that were refused for want of a master. */
    const shutOut = new Set<number>();
    let isOver = false;
    const work = async (cluster: Cluster, worker: number) => {
      const bucket = createBucket(cluster, {
        ...ports,
        ...{ tenant: 'acme', limitOf: () => ({ requests: limit, windowMs }), leaseMs: 3_000, patienceMs: 1_000 },
        alongside: () => ['account'],
      });
      while (!isOver) {
        try {
          const permit = await bucket.acquire('GET /a', signal);
          const from = Date.now();
          await sleep(5 + Math.random() * 20);
          sent.push({ from, to: Date.now() });
          await permit.answered(200, {});
        } catch (error) {
          if (!(error instanceof RetryableError)) throw error;
          if (error.code === 'budget_unavailable') shutOut.add(worker);
          refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1);
          await sleep(Math.min(error.retryAfterMs, 200));
        }
      }
    };
    const workers = clients.flatMap((cluster, i) => [1, 2, 3, 4].map((worker) => work(cluster, 4 * i + worker)));
    const closing = Promise.all(workers);

    await waitFor('the calls of several windows', async () => sent.length >= 3 * limit);
    const before = sent.length;
    t.ok(before >= limit, 'calls go through while the cluster is whole');

    await owner?.kill();
    shutOut.clear();
    // Grants that were under way may still be used; a worker that is refused has used its own.
    await waitFor('the refusal of every worker', async () => shutOut.size === workers.length);
    const closedAt = sent.length;
    // Proves that nothing goes through: two windows, after which the limit would be free again.
    await sleep(3_500);
    t.equal(sent.length, closedAt, 'no call goes through while the master is down');
    t.ok((refusals.get('budget_unavailable') ?? 0) > 0);

    await owner?.start();
    await asking(owner?.port ?? 0, (redis) => untilTrue('the whole cluster', () => isWhole(redis)));
    await waitFor('the calls of several windows after the restart', async () => sent.length >= closedAt + 3 * limit);
    isOver = true;
    await closing;
    t.ok(sent.length > closedAt, 'calls go through again once the master is back');
    const most = mostInAWindow(sent);
    t.ok(most <= limit, `${most} calls in one window of ${limit}`);
    const names = (await viewLimits(first, ports.now)).map(({ bucket }) => bucket).sort();
    t.same(names, ['acme GET /a', 'acme account']);
    t.comment(`${before} calls before, ${sent.length - closedAt} after; refused: ${JSON.stringify([...refusals])}`);
  },
);
