import t from 'tap';
import { findServer, startNative } from '../../harness/redis.ts';
import { dattoAlert, startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import { withoutRealRedis } from '../helpers/redis.ts';

t.test(
  'Redis away or hung: 503 with Retry-After within a second; back again: 202',
  { skip: withoutRealRedis },
  async (t) => {
    const redis = await startNative(findServer() ?? '');
    t.teardown(() => redis.stop());
    const stack = await startStack({ redis, simFlags: ['--seed', '7'] });
    t.teardown(() => stack.stop());
    const client = stack.client((await stack.start('server')).url);
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

    const back = await startNative(findServer() ?? '', { port: redis.port, dir: redis.dir });
    t.teardown(() => back.stop());
    await waitFor('202 after the restart', async () => (await send()).status === 202);
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
