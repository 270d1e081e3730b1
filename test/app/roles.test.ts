import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { waitFor } from '../../harness/wait.ts';
import { startApp } from '../../src/app/app.ts';
import type { Role } from '../../src/app/role.ts';
import { loadConfig } from '../../src/config.ts';
import type { AlertRecord } from '../../src/domain/alert.ts';
import type { Ports } from '../../src/domain/ports.ts';
import { recordedBms } from '../helpers/bms.ts';
import { alert } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';
import { keys } from '../helpers/settings.ts';

const log = pino({ level: 'silent' });
const { url: bmsUrl } = await recordedBms(t, { seed: 'roles' });

/** What a process of the service is started with, on a Redis of its own. Nothing listens where the model should be. */
async function settingsFor(t: Test) {
  const redis = await redisClient(t);
  const path = join(mkdtempSync(join(tmpdir(), 'roles-')), 'triage.yaml');
  const auth = { header: 'x-webhook-secret', secretEnv: 'DATTO_WEBHOOK_SECRET' };
  writeFileSync(path, stringify({ connections: { datto: { source: 'datto-rmm', auth } } }));
  const config = loadConfig({
    ...{ ...keys, TRIAGE_CONFIG: path, HOST: '127.0.0.1', PORT: '0' },
    REDIS_URL: `redis://127.0.0.1:${redis.options.port}`,
    ...{ KASEYA_BASE_URL: bmsUrl, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' },
  });
  const start = async (role: Role, changes: Partial<Ports> = {}) => {
    const app = await startApp(config, role, log, { ...ports, ...changes });
    t.teardown(app.stop);
    return app;
  };
  return { redis, config, start };
}

const authorization = `Bearer ${keys.API_KEYS.split(':')[1]}`;
const statusOf = async (url: string) => (await fetch(url, { headers: { authorization } })).status;
const isServed = async (url: string) => (await statusOf(url)) !== 404;

const deliver = (url: string) =>
  fetch(`${url}/webhooks/datto`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-webhook-secret': keys.DATTO_WEBHOOK_SECRET },
    body: JSON.stringify({
      ...{ schema: 'datto-rmm/1', event: 'alert.raised', alert_uid: alert.sourceId, alert_type: 'Disk Usage' },
      ...{ alert_priority: 'Critical', alert: alert.title, alert_message: alert.title, device_hostname: 'NOT-IN-BMS' },
    }),
  });

const alertsAt = async (url: string): Promise<AlertRecord[]> => {
  const answer = await fetch(`${url}/v1/alerts?sourceId=${alert.sourceId}`, { headers: { authorization } });
  return ((await answer.json()) as { items: AlertRecord[] }).items;
};
const runAt = (url: string) => waitFor('the run', async () => (await alertsAt(url))[0]?.runId);

const probes = ['/livez', '/readyz', '/metrics'];
const forPeople = ['/v1/runs', '/board'];

/** Connections to this Redis, the test's own aside. */
const clientsOf = async (redis: Redis) =>
  String(await redis.client('LIST'))
    .trim()
    .split('\n').length - 1;

t.test('a server serves everything and takes no work; a worker serves probes alone and takes the work', async (t) => {
  const { start } = await settingsFor(t);
  const server = await start('server');
  for (const path of [...probes, ...forPeople]) t.ok(await isServed(server.url + path), `server ${path}`);
  t.equal((await deliver(server.url)).status, 202);
  await ports.sleep(1_000);
  t.same(await alertsAt(server.url), [], 'no worker has taken the alert');
  const worker = await start('worker');
  for (const path of probes) t.equal(await statusOf(worker.url + path), 200, `worker ${path}`);
  for (const path of forPeople) t.notOk(await isServed(worker.url + path), `worker ${path}`);
  t.equal((await deliver(worker.url)).status, 404);
  t.ok(await runAt(server.url), 'the worker took the alert');
});

t.test('the role "all" serves everything and takes the work', async (t) => {
  const { start } = await settingsFor(t);
  const { url } = await start('all');
  for (const path of [...probes, ...forPeople]) t.ok(await isServed(url + path), path);
  t.equal((await deliver(url)).status, 202);
  t.ok(await runAt(url));
});

t.test('a start that fails closes what it had opened', async (t) => {
  const { redis, config } = await settingsFor(t);
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const address = taken.address();
  const PORT = typeof address === 'object' && address ? address.port : 0;
  for (const role of ['server', 'worker', 'all'] as const) {
    await t.rejects(startApp({ ...config, PORT }, role, log, ports), { code: 'EADDRINUSE' }, role);
    await waitFor(`the connections of ${role} to close`, async () => (await clientsOf(redis)) === 0);
  }
});

t.test('a stop closes HTTP before the workers, and the connections to Redis last', async (t) => {
  const { redis, start } = await settingsFor(t);
  const seen: { http: string; connections: number }[] = [];
  let url = '';
  /** Only the close of the workers waits for so long. */
  const sleep: Ports['sleep'] = async (ms, options) => {
    if (ms === 20_000) {
      const connections = await clientsOf(redis);
      seen.push({
        http: await fetch(`${url}/livez`).then(
          () => 'open',
          () => 'closed',
        ),
        connections,
      });
    }
    return ports.sleep(ms, options);
  };
  const app = await start('all', { sleep });
  url = app.url;
  await app.stop();
  await waitFor('what was seen', async () => seen.length > 0);
  t.match(seen, [{ http: 'closed' }]);
  t.ok((seen[0]?.connections ?? 0) > 0, 'the workers still had their connections');
  await waitFor('the connections to close', async () => (await clientsOf(redis)) === 0);
  await app.stop();
  t.equal(seen.length, 1, 'a second stop closes nothing twice');
});
