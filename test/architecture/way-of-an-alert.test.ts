import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { dattoAlert, startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import { privateRedis } from '../helpers/redis.ts';

const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
const section = page.match(/^## The way of one alert\n([\s\S]*?)^## /m)?.[1] ?? '';
const written = [...section.matchAll(/`(src\/[\w/.-]+\.ts)`/g)].map(([, file]) => file ?? '');

const once = (values: readonly string[]): string[] => [...new Set(values)];
const roomOf = (file: string): string => file.split('/')[1] ?? '';
/** The domain is everywhere and decides no way; the ports are the machine's clock, not wiring. */
const isOnTheWay = (file: string): boolean => roomOf(file) !== 'domain' && file !== 'src/app/system-ports.ts';

/** Which files of src a process entered, in order, from the delivery of an alert to the end of its run. */
async function traceAlert(t: Test) {
  const dir = mkdtempSync(join(tmpdir(), 'trace-'));
  const stack = await startStack({
    redis: await privateRedis(t),
    simFlags: ['--seed', '42', '--job-seconds', '1-1'],
  });
  t.teardown(() => stack.stop());
  const start = async (role: 'server' | 'worker') => {
    const file = join(dir, role);
    const hook = new URL('./trace.mjs', import.meta.url).href;
    const { pid, url } = await stack.start(role, { env: { NODE_OPTIONS: `--import ${hook}`, TRACE_FILE: file } });
    const signal = async (state: 'on' | 'off') => {
      process.kill(pid, 'SIGUSR2');
      await waitFor(`recording of the ${role} ${state}`, async () => existsSync(`${file}.${state}`));
    };
    return { url, signal, entered: () => readFileSync(`${file}.off`, 'utf8').split('\n').filter(isOnTheWay) };
  };
  const [server, worker] = [await start('server'), await start('worker')];
  const client = stack.client(server.url);
  const ticket = (await stack.sim.ledger()).tickets.find(({ resolved, title }) => !resolved && /disk/i.test(title));
  if (!ticket) throw new Error('the simulated BMS has no open disk ticket');
  await server.signal('on');
  await worker.signal('on');
  t.equal((await client.deliver('datto', dattoAlert(ticket))).status, 202);
  await server.signal('off');
  const alertOf = async () => (await client.alerts(ticket.alertRefId ?? ''))[0];
  await waitFor('the outcome of the alert', async () => (await alertOf())?.outcome != null, 60_000);
  await worker.signal('off');
  t.match(await alertOf(), { outcome: 'triaged' });
  return { server: server.entered(), worker: worker.entered() };
}

t.test(
  'docs/architecture.md names the files that one alert passes, in the order in which it passes them',
  async (t) => {
    const { server, worker } = await traceAlert(t);
    const way = once([...server, ...worker]);

    t.same(
      once(written.map(roomOf)),
      once(way.map(roomOf).filter((room) => room !== 'app')),
      'the rooms of the page are those of the trace, in the same order',
    );
    t.same(
      written.filter((file) => !way.includes(file)),
      [],
      'every file of the page was entered',
    );
    t.same(
      once(written),
      way.filter((file) => written.includes(file)),
      'the files of the page stand in the order of the trace',
    );
    t.same(
      worker.filter((file) => roomOf(file) === 'app'),
      [],
      'from the queue to the conclusion nothing returns to the composition root',
    );
  },
);
