import { Redis } from 'ioredis';
import t from 'tap';
import { findServer, startNative } from '../../harness/redis.ts';
import { resolveOperation } from '../../harness/sim-client.ts';
import { dattoAlert, startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import type { AlertRecord } from '../../src/domain/alert.ts';
import { withoutRealRedis } from '../helpers/redis.ts';

interface Accepted {
  alerts: { id: string }[];
}

t.test(
  'while Redis is down or hangs, a delivery gets 503 with Retry-After within a second, and 202 once it is back',
  { skip: withoutRealRedis },
  async (t) => {
    const redis = await startNative(findServer() ?? '');
    t.teardown(() => redis.stop());
    const stack = await startStack({ redis, simFlags: ['--seed', '7'] });
    t.teardown(() => stack.stop());
    const { url } = await stack.start('server');
    const client = stack.client(url);
    const [ticket] = (await stack.sim.ledger()).tickets.filter(({ alertRefId }) => alertRefId !== null);
    if (!ticket) throw new Error('no ticket');
    const send = async () => {
      const startedAt = Date.now();
      const response = await client.deliver('datto', dattoAlert(ticket));
      return { status: response.status, retryAfter: response.headers.get('retry-after'), ms: Date.now() - startedAt };
    };
    t.match(await send(), { status: 202 });

    redis.server?.kill('SIGSTOP');
    const hung = await send();
    t.match(hung, { status: 503, retryAfter: '5' });
    t.ok(hung.ms < 1_000, `hung: answered in ${hung.ms} ms`);
    redis.server?.kill('SIGCONT');
    await waitFor('202 again', async () => (await send()).status === 202);

    redis.server?.kill('SIGKILL');
    await waitFor('the first 503', async () => (await send()).status === 503);
    const away = await send();
    t.match(away, { status: 503, retryAfter: '5' });
    t.ok(away.ms < 1_000, `away: answered in ${away.ms} ms`);
    const asked = await fetch(`${url}/v1/runs`, { headers: { authorization: `Bearer ${stack.apiKey}` } });
    t.equal(asked.status, 503);
    t.match(await asked.json(), { error: { code: 'redis_unavailable', message: /unreachable/ } });

    const back = await startNative(findServer() ?? '', { port: redis.port, dir: redis.dir });
    t.teardown(() => back.stop());
    await waitFor('202 after the restart', async () => (await send()).status === 202);
  },
);

t.test(
  'while Redis is full nothing is accepted, and what was accepted before is worked on once there is room',
  { skip: withoutRealRedis },
  async (t) => {
    const redis = await startNative(findServer() ?? '');
    t.teardown(() => redis.stop());
    const stack = await startStack({ redis, simFlags: ['--seed', '7', '--job-seconds', '1'] });
    t.teardown(() => stack.stop());
    const { url } = await stack.start('all');
    const client = stack.client(url);
    const admin = new Redis(redis.url);
    t.teardown(() => admin.disconnect());
    const tickets = (await stack.sim.ledger()).tickets.filter(({ alertRefId, resolved }) => alertRefId && !resolved);
    const readiness = async () => (await fetch(`${url}/readyz`)).json();
    const refusals = async () => Number(/errorstat_OOM:count=(\d+)/.exec(await admin.info('errorstats'))?.[1] ?? 0);

    const before = await Promise.all(tickets.slice(0, 4).map((ticket) => client.deliver('datto', dattoAlert(ticket))));
    t.same([...new Set(before.map(({ status }) => status))], [202]);
    await admin.config('SET', 'maxmemory', '1');
    const refused = await Promise.all(tickets.slice(4, 8).map((ticket) => client.deliver('datto', dattoAlert(ticket))));
    for (const answer of refused) {
      t.match({ status: answer.status, retry: answer.headers.get('retry-after') }, { status: 503, retry: '5' });
      t.match(await answer.json(), { error: { code: 'queue_unavailable' } });
    }
    t.match(await readiness(), { status: 'not_ready', redis: 'refuses_writes' });
    const seen = await refusals();
    await waitFor('a write of the workers to be refused', async () => (await refusals()) > seen);
    await admin.config('SET', 'maxmemory', '0');
    t.match(await readiness(), { status: 'ok', redis: 'ok' });

    const ids = await Promise.all(before.map(async (answer) => ((await answer.json()) as Accepted).alerts[0]?.id));
    for (const id of ids) {
      const outcome = () => client.get<AlertRecord>(`/v1/alerts/${id}`).then((record) => record.outcome);
      t.equal(await waitFor('its outcome', () => outcome().catch(() => null), 60_000), 'triaged');
    }
    const { effects } = await stack.sim.ledger();
    const done = effects.filter(({ operation }) => operation === resolveOperation).map(({ ticketId }) => ticketId);
    t.equal(done.length, new Set(done).size, 'nothing is done twice');
  },
);

t.test('SIGTERM ends a worker although Redis is away', { skip: withoutRealRedis, timeout: 60_000 }, async (t) => {
  const redis = await startNative(findServer() ?? '');
  t.teardown(() => redis.stop());
  const stack = await startStack({ redis, simFlags: ['--seed', '7'] });
  t.teardown(() => stack.stop());
  const worker = await stack.start('worker');
  redis.server?.kill('SIGKILL');
  await waitFor('its notice', async () => worker.output.some((line) => line.includes('redis_unreachable')));
  const startedAt = Date.now();
  await worker.stop(40_000);
  t.equal(worker.exitCode(), 0);
  t.ok(Date.now() - startedAt < 12_000, `it took ${Date.now() - startedAt} ms`);
  t.comment(`${Date.now() - startedAt} ms`);
});
