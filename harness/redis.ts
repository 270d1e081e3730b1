import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';

export interface RedisHandle {
  url: string;
  /** Where it comes from: REDIS_URL, a server of our own, or the stand-in inside this process. */
  kind: 'given' | 'native' | 'embedded';
  describe: string;
  stop(): Promise<void>;
  /** The server process, for tests that stop it; null when it is not ours. */
  server: ChildProcess | null;
}

/** REDIS_URL if set; else a private redis-server or valkey-server with AOF in a temporary folder; else the stand-in. */
export async function startRedis(): Promise<RedisHandle> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, kind: 'given', describe: 'REDIS_URL', stop: async () => {}, server: null };
  const binary = findServer();
  return binary === null ? startEmbedded() : startNative(binary);
}

/** The path of a Redis or Valkey server on PATH; null when there is none. */
export function findServer(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  const candidates = ['redis-server', 'valkey-server'].flatMap((name) => folders.map((folder) => join(folder, name)));
  return candidates.find(isExecutable) ?? null;
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Starts a server of our own. With `at`, on a port and folder used before: what its AOF holds comes back. */
export async function startNative(
  binary: string,
  at?: { port: number; dir: string },
): Promise<RedisHandle & { port: number; dir: string }> {
  const port = at?.port ?? (await freePort());
  const dir = at?.dir ?? mkdtempSync(join(tmpdir(), 'bms-triage-redis-'));
  const flags = {
    port,
    bind: '127.0.0.1',
    dir,
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
    loglevel: 'warning',
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn(binary, args, { stdio: 'ignore' });
  const endWithUs = () => server.kill('SIGKILL');
  process.once('exit', endWithUs);
  const url = `redis://127.0.0.1:${port}`;
  await waitForPong(url);
  return {
    url,
    kind: 'native',
    describe: `${binary}, private, port ${port}`,
    server,
    port,
    dir,
    async stop() {
      process.off('exit', endWithUs);
      if (server.exitCode === null && server.signalCode === null) {
        const exited = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGKILL');
        await exited;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startEmbedded(): Promise<RedisHandle> {
  if (process.env.NODE_ENV === 'production') {
    throw new Error(
      'no Redis: set REDIS_URL, or install redis-server. The in-memory stand-in is refused in production',
    );
  }
  const { createRedisMock } = await import('js-redis-server');
  const server = await createRedisMock();
  const [address] = server.addresses();
  if (!address) throw new Error('the in-memory Redis stand-in did not start');
  return {
    url: `redis://${address.host}:${address.port}`,
    kind: 'embedded',
    describe: 'in-memory stand-in (no Redis on this machine): nothing is durable',
    server: null,
    stop: () => server.close(),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

async function waitForPong(url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on('error', () => {});
  const timer = setTimeout(() => redis.disconnect(), 10_000);
  try {
    await redis.ping();
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
