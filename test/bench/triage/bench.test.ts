import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { withoutRealRedis } from '../../helpers/redis.ts';

const cwd = fileURLToPath(new URL('../../../', import.meta.url));

t.test(
  'the service and both recipes end one scenario run from the command line, judged by the ledger',
  { skip: withoutRealRedis, timeout: 180_000 },
  async (t) => {
    const file = join(t.testdir(), 'rows.json');
    const flags = ['--quick', '--only', 'one by one', '--alerts', '1', '--model-ms', '0', '--second-resolve', 'repeat'];
    const args = ['--import', 'tsx', 'bench/main.ts', 'triage', ...flags, '--json', file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: 'utf8' });
    t.equal(status, 0, stderr);
    t.match(stdout, /BMS calls per resolved alert/);
    const rows = JSON.parse(readFileSync(file, 'utf8'));
    t.same(
      rows.map(({ contender }: { contender: string }) => contender),
      ['service', 'recipe', 'diligent recipe'],
    );
    for (const row of rows) t.match(row, { alerts: 1, resolved: 1, duplicateWrites: 0, writesSentAgain: 0 });
    t.match(rows[0], { falseDone: 0, resolvedUntold: 0 });
    t.comment(rows.map((row: { calls: number }) => row.calls).join(' / '));
  },
);
