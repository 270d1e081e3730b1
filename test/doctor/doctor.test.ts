import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { stringify } from 'yaml';
import { type RecordedBms, recordedBms } from '../helpers/bms.ts';
import { keys } from '../helpers/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const connections = { datto: { source: 'datto-rmm', auth: { header: 'x', secretEnv: 'DATTO_WEBHOOK_SECRET' } } };

interface Finding {
  check: string;
  level: string;
  message: string;
  fix: string | null;
}

async function consult(client: RecordedBms, config: object, env: Record<string, string> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'doctor-'));
  writeFileSync(join(dir, 'triage.yaml'), stringify({ connections, ...config }));
  const { username, password } = client.state.world.tenant.credentials;
  const args = ['--import', import.meta.resolve('tsx'), join(root, 'src/doctor/main.ts'), '--json'];
  const doctor = spawn(process.execPath, args, {
    cwd: dir,
    env: {
      ...{ PATH: process.env.PATH, ...keys, TRIAGE_CONFIG: join(dir, 'triage.yaml'), KASEYA_BASE_URL: client.url },
      ...{ KASEYA_USERNAME: username, KASEYA_PASSWORD: password, KASEYA_TENANT: client.state.world.tenant.name },
      ...env,
    },
  });
  let printed = '';
  doctor.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  const [status] = await once(doctor, 'close');
  const { ready, findings }: { ready: boolean; findings: Finding[] } = JSON.parse(printed);
  return {
    status,
    ready,
    findings,
    of: (check: string) => findings.find((finding) => finding.check.startsWith(check)),
  };
}

t.test('the doctor finds a tenant that fits its configuration ready and writes nothing to it', async (t) => {
  const client = await recordedBms(t, { seed: '21', copilot: true });
  const accounts = { 'EXD Head Office': 'Example Dental Ltd' };
  const { status, ready, findings, of } = await consult(client, { accounts, defaults: { status: 'New' } });
  t.equal(status, 0, JSON.stringify(findings.filter(({ level }) => level === 'error')));
  t.ok(ready);
  for (const check of ['sign-in', 'permissions', 'clock', 'integration', 'escalation.queue', 'accounts', 'copilot'])
    t.equal(of(check)?.level, 'ok', check);
  t.match(of('lookup queues'), { level: 'warning', message: /"network"/ });
  const { effects, requests } = client.state.world;
  t.same(effects, []);
  t.ok(requests.total <= 15, `${requests.total} calls`);
  t.comment(`${requests.total} calls, ${findings.length} findings`);
});

t.test('the doctor names the setting that fixes each finding that does not fit', async (t) => {
  const client = await recordedBms(t, { seed: '22', copilot: false, errors: 'http' });
  const config = {
    accounts: { Bakery: 'Old Mill Bakery', Nobody: 'Nobody Ltd' },
    escalation: { queue: 'Tier 3' },
    lookups: { noteTypeTable: 'NoteTypes' },
    defaults: { priority: 'Urgent' },
  };
  const { status, of } = await consult(client, config, { KASEYA_INTEGRATION_TYPE: 'vsa' });
  t.equal(status, 1);
  t.match(of('escalation.queue'), { level: 'error', message: /inactive/ });
  t.match(of('lookup noteTypes'), { level: 'error', fix: /lookups\.noteTypeTable/ });
  t.match(of('defaults.priority'), { level: 'error', message: /"Critical"/ });
  t.match(of('defaults.status'), { level: 'warning', fix: /set defaults\.status/ });
  t.match(of('accounts: "Nobody"'), { level: 'error' });
  t.match(of('accounts: "Bakery"'), { level: 'error' });
  t.match(of('integration'), { level: 'error', fix: /KASEYA_INTEGRATION_TYPE/ });
  t.match(of('copilot'), { level: 'warning' });
  t.same(client.state.world.effects, []);
});

t.test('the doctor ends after a sign-in that fails', async (t) => {
  const client = await recordedBms(t, { seed: '23' });
  const { status, findings } = await consult(client, {}, { KASEYA_PASSWORD: 'wrong' });
  t.equal(status, 1);
  t.match(findings, [{ check: 'sign-in', level: 'error', fix: /KASEYA_PASSWORD/ }]);
});
