import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import t from 'tap';
import { readFlags } from '../../../sim/bms/flags.ts';

t.test('the simulator’s flags are read into its options', async (t) => {
  const args = ['--rate-limit', '10/60', '--job-seconds', '0.5-2', '--latency-ms', '5', '--case', 'pascal'];
  const { port, options } = readFlags([...args, '--seed', 'abc', '--window', 'bucket', '--tickets', '3']);
  t.equal(port, 0);
  t.match(options, {
    rateLimit: { limit: 10, windowSeconds: 60 },
    jobSeconds: { min: 0.5, max: 2 },
    latencyMs: { min: 5, max: 5 },
    letterCase: 'pascal',
    ...{ seed: 'abc', window: 'bucket', tickets: 3 },
  });
  const odd = ['--errors', 'http', '--job-words', 'odd', '--second-resolve', 'repeat', '--copilot', 'off'];
  t.match(readFlags([...odd, '--mfa-secret', 'JBSWY3DPEHPK3PXP']).options, {
    ...{ errors: 'http', jobWords: 'odd', secondResolve: 'repeat', copilot: false, mfaSecret: 'JBSWY3DPEHPK3PXP' },
  });
  for (const off of ['0', 'none']) t.equal(readFlags(['--rate-limit', off]).options.rateLimit, null);
});

t.test('a bad flag is refused by name', async (t) => {
  const bad = [
    ['--port', '99999'],
    ['--seed', ''],
    ['--rate-limit', 'lots'],
    ['--rate-limit', '0/10'],
    ['--window', 'round'],
    ['--rate-headers', 'some'],
    ['--job-seconds', '3-1'],
    ['--job-seconds', 'soon'],
    ['--job-failure', '2'],
    ['--latency-ms', '-'],
    ['--token-seconds', '0'],
    ['--tickets', '1.5'],
    ['--case', 'snake'],
    ['--errors', 'loud'],
    ['--job-words', 'none'],
    ['--second-resolve', 'perhaps'],
    ['--copilot', 'true'],
    ['--mfa-secret', 'short'],
    ['--wat', '1'],
    ['--port'],
  ];
  for (const [flag = '', ...value] of bad) {
    t.throws(() => readFlags([flag, ...value]), { name: 'FlagError', message: new RegExp(flag) }, `${flag} ${value}`);
  }
});

const start = (...args: string[]) =>
  spawn(process.execPath, ['--import', 'tsx', 'sim/bms/main.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

t.test('the process prints its address in one line, serves, and ends on SIGTERM', async (t) => {
  const child = start('--port', '0', '--tickets', '1');
  t.teardown(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  await once(reader, 'line');
  const ready = JSON.parse(lines[0] ?? '');
  t.same(Object.keys(ready), ['url', 'username', 'password', 'tenant', 'integrationType', 'truto', 'datto', 'remedy']);
  t.match(ready.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const form = { GrantType: 'password', UserName: ready.username, Password: ready.password, Tenant: ready.tenant };
  const body = new FormData();
  for (const [name, value] of Object.entries(form)) body.set(name, value);
  const answer = await fetch(`${ready.url}/v2/security/authenticate`, { method: 'POST', body });
  t.equal(answer.status, 200);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  t.equal(code, 0);
  t.equal(lines.length, 1);
});

t.test('an unknown flag ends the process with 78', async (t) => {
  const child = start('--colour', 'red');
  const errors: string[] = [];
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const [code] = await once(child, 'close');
  t.equal(code, 78);
  t.match(errors.join(''), /--colour/);
});
