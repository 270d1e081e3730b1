import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { dattoOf } from '../../sim/datto/account.ts';
import { createDattoClient } from '../../src/datto-rmm/client.ts';
import { createQuickJobs, judgeResults } from '../../src/datto-rmm/quick-job.ts';
import { FencedError } from '../../src/domain/errors.ts';
import { fenced } from '../../src/domain/fence.ts';
import { signatureHeaders } from '../../src/outbound/signature.ts';
import { createRemedies } from '../../src/remedies/remedies.ts';
import { remediesSchema } from '../../src/remedies/settings.ts';
import { judgeStatus } from '../../src/remedies/webhook.ts';
import { ports } from '../helpers/ports.ts';
import { startUpstream } from '../kaseya/truto/support.ts';

/** A receiver that redirects every caller to `location`, with the body. */
async function redirectTo(location: string, t: Test): Promise<string> {
  const server = createServer((_, response) => response.writeHead(307, { location }).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function setUp(t: Test) {
  const upstream = await startUpstream(t);
  const { state, ready, bucket } = upstream;
  const { components } = dattoOf(state);
  const base = { description: 'd', for: { monitors: ['Disk Usage'] } };
  const settings = remediesSchema.parse({
    clean: { ...base, datto: { componentUid: components['clean-up'] } },
    fail: { ...base, datto: { componentUid: components.failing } },
    warn: { ...base, datto: { componentUid: components.warning } },
    call: { ...base, webhook: { url: ready.remedy.url, secretEnv: 'X_SECRET', statusUrl: ready.remedy.statusUrl } },
    blind: { ...base, webhook: { url: ready.remedy.url, secretEnv: 'X_SECRET' } },
    forged: { ...base, webhook: { url: ready.remedy.url, secretEnv: 'X_SECRET' } },
    moved: { ...base, webhook: { url: await redirectTo(ready.remedy.url, t), secretEnv: 'X_SECRET' } },
  });
  const { url: baseUrl, apiKey, apiSecretKey } = ready.datto;
  const { signal } = new AbortController();
  const quickJobs = createQuickJobs(
    createDattoClient({ ...ports, baseUrl, apiKey, apiSecretKey, bucket, timeoutMs: 5_000, signal }),
  );
  const { secret } = ready.remedy;
  const secrets = { call: secret, blind: secret, moved: secret, forged: 'whsec_AAAA' };
  const remedies = createRemedies(settings, {
    quickJobs,
    secrets,
    budget: { ...ports, bucket, signal },
    timeoutMs: 5_000,
  });
  const asset = [...state.world.tenant.assets.values()].find(({ kind }) => kind === 'Server');
  if (!asset) throw new Error('no server');
  const device = { uid: asset.agentId, name: asset.name, isVouchedFor: true };
  const order = (name: string) => ({ name, device, transactionId: `tx-${name}`, marker: '[bms-triage r c]' });
  const run = async (name: string) => {
    const { jobId } = await remedies.start(order(name));
    return remedies.poll({ jobId, transactionId: `tx-${name}` });
  };
  return { ...upstream, remedies, asset, device, order, run };
}

t.test('a quick job that succeeds frees the disk once and reports what it printed', async (t) => {
  const { run, asset, state } = await setUp(t);
  asset.volumes[0] = { drive: 'C:', label: 'System', freeMb: 100, totalMb: 100_000 };
  t.match(await run('clean'), { outcome: 'succeeded', message: /stdout: freed 34900 MB/ });
  t.equal(asset.volumes[0]?.freeMb, 35_000);
  t.match(state.ledger().effects, [{ operation: 'PUT /v2/device/{deviceUid}/quickjob', assetId: asset.id }]);
});

t.test('a quick job that fails or warns is no success', async (t) => {
  const { run } = await setUp(t);
  t.match(await run('fail'), { outcome: 'failed', message: /stderr: access denied/ });
  t.match(await run('warn'), { outcome: 'failed' });
});

t.test('a remedy is refused for a device that has another name in the RMM', async (t) => {
  const { remedies, device } = await setUp(t);
  t.equal(await remedies.objection('clean', device), null);
  t.match(await remedies.objection('clean', { ...device, name: 'OTHER' }), /not as "OTHER"/);
});

t.test('a webhook runs on a device only if BMS itself vouches for the id of the device', async (t) => {
  const { remedies, device } = await setUp(t);
  t.equal(await remedies.objection('call', device), null);
  t.match(await remedies.objection('call', { ...device, isVouchedFor: false }), new RegExp(device.uid));
});

t.test('a redirect is not followed, so that the order for a remedy reaches its own receiver alone', async (t) => {
  const { remedies, order, state } = await setUp(t);
  await t.rejects(remedies.start(order('moved')), { code: 'network' });
  t.same(state.ledger().effects, []);
});

t.test('a worker that has lost its run starts no remedy, and its permit is free again', async (t) => {
  const { remedies, order, state, bucket } = await setUp(t);
  const lost = () => Promise.reject(new FencedError('run r'));
  for (const name of ['clean', 'call']) {
    await t.rejects(
      fenced(lost, () => remedies.start(order(name))),
      { code: 'fenced' },
      name,
    );
  }
  t.same(state.ledger().effects, []);
  t.same(
    bucket.settled.filter(({ endpoint }) => endpoint.endsWith(':write')),
    ['datto:write', 'remedy:write'].map((endpoint) => ({ endpoint, status: 'unused', news: {}, others: {} })),
  );
});

t.test('every call of a remedy draws from a rate budget', async (t) => {
  const { run, bucket } = await setUp(t);
  await run('clean');
  await run('call');
  const drawn = new Set(bucket.settled.map(({ endpoint, status }) => `${endpoint} ${status}`));
  for (const one of ['datto:write 200', 'datto:read 200', 'remedy:write 202', 'remedy:read 200'])
    t.ok(drawn.has(one), one);
});

t.test(
  'a start of a quick job whose answer was lost has an unknown effect and cannot be read back from Datto RMM',
  async (t) => {
    const { remedies, order, fault, state } = await setUp(t);
    await fault({ match: { method: 'PUT', path: '/v2/device/*/quickjob' }, kind: 'drop-after' });
    await t.rejects(remedies.start(order('clean')), { code: 'network', effect: 'unknown' });
    t.equal(state.ledger().effects.length, 1);
    t.equal(await remedies.readBack(order('clean')), 'undecidable');
  },
);

t.test('a signed webhook call has one effect however often it is made, and can be read back', async (t) => {
  const { remedies, order, run, state } = await setUp(t);
  t.equal(await remedies.readBack(order('call')), 'absent');
  t.match(await run('call'), { outcome: 'succeeded', message: /freed/ });
  t.match(await run('call'), { outcome: 'succeeded' });
  t.match(await remedies.readBack(order('call')), { family: 'remedy', jobId: String });
  t.equal(state.ledger().effects.length, 1);
});

t.test(
  'a webhook without a status address has an unknown outcome, and a webhook call with a bad signature has no effect',
  async (t) => {
    const { remedies, order, run, state } = await setUp(t);
    t.match(await run('blind'), { outcome: 'unknown' });
    await t.rejects(remedies.start(order('forged')), { code: 'validation', effect: 'none' });
    t.equal(state.ledger().effects.length, 1);
  },
);

t.test('the signatures of webhook calls are those of Standard Webhooks', async (t) => {
  // The example of the specification's own libraries.
  const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' };
  const headers = signatureHeaders(signed, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  t.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

t.test(
  'a quick job succeeds only if Datto RMM reports success for the deployment and for every component',
  async (t) => {
    const rows: [string, string[], string | null, string | null][] = [
      ['Success', ['Success'], 'succeeded', 'succeeded'],
      ['Success', ['Success', 'Failure'], 'failed', 'failed'],
      ['Success', [], 'unknown', 'unknown'],
      ['Success', ['Odd'], 'unknown', 'unknown'],
      ['Warning', ['Success'], 'failed', 'succeeded'],
      ['Warning', ['Failure'], 'failed', 'failed'],
      ['Failure', ['Success'], 'failed', 'failed'],
      ['Expired', [], 'failed', 'failed'],
      ['Retired', ['Success'], 'unknown', 'unknown'],
      ['Pending', [], null, null],
      ['Running', ['Success'], null, null],
      ['Splendid', ['Success'], null, null],
    ];
    for (const [word, components, strict, lenient] of rows) {
      const found = {
        jobDeploymentStatus: word,
        componentResults: components.map((componentStatus) => ({ componentStatus })),
      };
      t.equal(judgeResults(found, { warningIsSuccess: false })?.outcome ?? null, strict, `${word} ${components}`);
      t.equal(judgeResults(found, { warningIsSuccess: true })?.outcome ?? null, lenient, `${word} ${components}`);
    }
    t.equal(judgeStatus('{"status":"splendid"}'), null);
    t.equal(judgeStatus('<html>'), null);
  },
);

t.test('remedy settings that make no sense are refused', async (t) => {
  const base = { description: 'd', for: { monitors: ['m'] } };
  const bad = [
    { r: base },
    { r: { ...base, webhook: { url: 'ftp://x', secretEnv: 'A_SECRET' } } },
    { r: { ...base, webhook: { url: 'https://x', secretEnv: 'hunter2' } } },
    { r: { ...base, webhook: { url: 'https://x', secretEnv: 'A_SECRET', statusUrl: 'https://x/status' } } },
    { 'Bad Name': { ...base, datto: { componentUid: 'c' } } },
  ];
  for (const settings of bad) t.notOk(remediesSchema.safeParse(settings).success, JSON.stringify(settings));
});
