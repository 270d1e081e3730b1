import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { faultKinds } from '../../../sim/bms/fault-input.ts';
import { flagNames, readFlags } from '../../../sim/bms/flags.ts';
import { createBms } from '../../../sim/bms/server.ts';

const page = readFileSync(new URL('../../../docs/simulator.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, text]) => text?.trim().split('\n') ?? []);
const run = promisify(execFile);

t.test('the simulator’s page names every flag and every kind of fault', async (t) => {
  const tables = page.split('\n').filter((line) => line.startsWith('|'));
  const named = tables.join('\n').match(/`--[\w-]+`/g) ?? [];
  t.same([...new Set(named)].sort(), flagNames.map((name) => `\`--${name}\``).sort());
  for (const kind of faultKinds)
    t.ok(
      tables.some((line) => line.split('|')[1]?.includes(`\`${kind}\``)),
      kind,
    );
});

t.test('the page says how many operations the simulator has', async (t) => {
  t.match(page, `${createBms().routes.length} of the 435`);
});

t.test('the page gives the default of each flag', async (t) => {
  const defaultOf = (flag: string) => new RegExp(`^\\| \`--${flag}\` \\| \`([^\`]+)\``, 'm').exec(page)?.[1];
  const { options } = readFlags([]);
  for (const flag of flagNames) {
    const value = defaultOf(flag);
    if (value) t.same(readFlags([`--${flag}`, value]).options, options, flag);
  }
});

t.test('each command starts a simulator that can be, or does what it says', async (t) => {
  const starts = commands.filter((command) => command.startsWith('npm run sim -- '));
  t.ok(starts.length > 1);
  for (const command of starts) readFlags(command.split(' ').slice(4));

  const { app, state } = createBms();
  t.teardown(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const calls = commands.filter((command) => !starts.includes(command));
  const ticket = state.ledger().tickets[0]?.id;
  for (const command of calls) {
    const real = command.replace('http://127.0.0.1:8080', url).replace('TICKET', String(ticket));
    await t.resolves(run('bash', ['-c', real]), command);
  }
});
