import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { withoutRealRedis } from '../helpers/redis.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bench = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], { cwd: root, encoding: 'utf8' });

t.test('a bench that does not exist or a bad flag ends with a message and exit code 78', async (t) => {
  const cases: [string[], RegExp][] = [
    [['nosuch'], /no bench "nosuch"; there are: .*ratelimit/],
    [['ratelimit', '--slow'], /--slow/],
    [['ratelimit', '--json'], /--json wants a value/],
    [['ratelimit', '--only', 'strategy=magic'], /strategy=magic/],
    [['triage', '--fast'], /--fast/],
    [['triage', '--only', 'magic'], /no scenario "magic"/],
  ];
  for (const [args, message] of cases) {
    const { status, stderr } = bench(...args);
    t.equal(status, 78, args.join(' '));
    t.match(stderr, message);
  }
});

t.test(
  'one cell run from the command line prints a table, and writes the same row to the file',
  { skip: withoutRealRedis },
  async (t) => {
    const file = join(t.testdir(), 'rows.json');
    const { status, stdout, stderr } = bench(
      ...['ratelimit', '--quick', '--only', 'strategy=bms-triage', '--only', 'processes=1', '--json', file],
    );
    t.equal(status, 0, stderr);
    t.match(stdout, /^bms-triage +sliding +1 /m);
    const [row, ...more] = JSON.parse(readFileSync(file, 'utf8'));
    t.same(more, []);
    t.match(row, { strategy: 'bms-triage', policy: 'sliding', processes: 1, foreign: 0, dropped: 0 });
    for (const field of ['utilisation', 'rejected429', 'p50Ms', 'p95Ms']) t.type(row[field], 'number', field);
    t.ok(row.utilisation > 0 && row.utilisation <= 1);
  },
);
