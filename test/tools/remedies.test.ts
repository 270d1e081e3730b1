import t from 'tap';
import { fold } from '../../src/domain/fold.ts';
import { createAssets } from '../../src/kaseya/assets.ts';
import { createRemedies } from '../../src/remedies/remedies.ts';
import { remediesSchema } from '../../src/remedies/settings.ts';
import { remedyTools } from '../../src/tools/remedies.ts';
import { type CallTool, isRefusal, type ToolContext } from '../../src/tools/tool.ts';
import { alert, asked, intended, journalOf, scope } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { startUpstream } from '../kaseya/truto/support.ts';

const base = { description: 'Deletes temporary files.' };
const trace = { marker: '[bms-triage r c]', transactionId: 'r.c' };

async function setUp(t: Parameters<typeof startUpstream>[0]) {
  const { state, ready, direct, bucket } = await startUpstream(t);
  const webhook = { url: ready.remedy.url, secretEnv: 'X_SECRET', statusUrl: ready.remedy.statusUrl };
  const settings = remediesSchema.parse({
    'free-disk-space': { ...base, for: { monitors: ['Disk Usage'] }, webhook },
    'restart-spooler': { ...base, for: { monitors: ['Service Status'] }, webhook },
    elsewhere: { ...base, for: { monitors: ['Disk Usage'], connections: ['other'] }, webhook },
  });
  const secrets = Object.fromEntries(Object.keys(settings).map((name) => [name, ready.remedy.secret]));
  const remedies = createRemedies(settings, {
    ...{ quickJobs: null, secrets, timeoutMs: 5_000 },
    budget: { ...ports, bucket, signal: new AbortController().signal },
  });
  const [tool] = remedyTools({ assets: createAssets(direct()), remedies });
  const asset = [...state.world.tenant.assets.values()].find(({ kind }) => kind === 'Server');
  if (!tool || !asset) throw new Error('not set up');
  const runOf = (id: string | null) => {
    const own = { ...alert, device: { ...alert.device, id, name: asset.name } };
    const subject = { kind: 'alert', incidentId: 'i', alert: own } as const;
    return fold(journalOf({ type: 'queued', subject, mode: 'auto', retryOf: null }));
  };
  const account = { id: asset.accountId, name: 'A' };
  const context: ToolContext = {
    ...{ runId: 'r', callId: 'c', state: runOf(null) },
    scope: { ...scope, account, asset: { id: asset.id, name: asset.name } },
  };
  /** The same run, had its alert named this device. */
  const reportedBy = (id: string | null): ToolContext => ({ ...context, state: runOf(id) });
  return { tool: tool as unknown as CallTool<unknown, unknown>, context, reportedBy, asset, state, remedies };
}

const call = (name: string) => ({ name, reason: 'the disk is full' });

t.test('a run may start only a remedy that is meant for its alert, and only on a known device', async (t) => {
  const { tool, context } = await setUp(t);
  t.equal(tool.outside(call('free-disk-space'), context), null);
  for (const name of ['restart-spooler', 'elsewhere', 'no-such', 'constructor']) {
    t.match(tool.outside(call(name), context), { code: 'out_of_scope' }, name);
  }
  const bare = { ...context, scope: { ...context.scope, asset: null } };
  t.match(tool.outside(call('free-disk-space'), bare), { code: 'no_device' });
  const lost = { ...context, scope: { ...context.scope, account: null } };
  t.match(tool.outside(call('free-disk-space'), lost), { code: 'no_scope' });
  t.notOk(tool.input.safeParse({ ...call('free-disk-space'), device: 'x' }).success, 'the model names no device');
});

t.test("a remedy runs on the alert's own device, and its result is what the device reported", async (t) => {
  const { tool, context, asset, state, remedies } = await setUp(t);
  const args = await tool.prepare(call('free-disk-space'), context);
  t.notOk(isRefusal(args));
  t.match(args, { device: { uid: asset.agentId, name: asset.name } });
  t.equal(await tool.readBack(args, trace, context), 'absent');
  const written = await tool.write(args, trace, context);
  t.match(written, { kind: 'job', family: 'remedy' });
  t.match(await tool.readBack(args, trace, context), { kind: 'job', family: 'remedy' });
  if (written.kind !== 'job') return;
  t.match(await remedies.poll({ jobId: written.jobId, transactionId: 'r.c' }), { outcome: 'succeeded' });
  t.match(state.ledger().effects, [{ assetId: asset.id }]);
});

t.test('a remedy is refused for an asset of another account', async (t) => {
  const { tool, context } = await setUp(t);
  const foreign = { ...context, scope: { ...context.scope, account: { id: 1, name: 'B' } } };
  t.match(await tool.prepare(call('free-disk-space'), foreign), { code: 'out_of_scope' });
});

t.test("BMS's own record of the asset decides which device a remedy runs on, whatever the alert says", async (t) => {
  const { tool, reportedBy, asset } = await setUp(t);
  const device = { uid: asset.agentId, name: asset.name };
  for (const id of [null, asset.agentId])
    t.match(await tool.prepare(call('free-disk-space'), reportedBy(id)), { device }, `${id}`);
  const refused = await tool.prepare(call('free-disk-space'), reportedBy('the-device-of-another'));
  t.match(refused, { code: 'no_device', message: /the-device-of-another/ });
});

t.test('a remedy by webhook is refused for a device that only the alert names', async (t) => {
  const { tool, reportedBy, asset } = await setUp(t);
  asset.agentId = '';
  t.match(await tool.prepare(call('free-disk-space'), reportedBy('reported')), {
    code: 'out_of_scope',
    message: /reported/,
  });
  t.match(await tool.prepare(call('free-disk-space'), reportedBy(null)), { code: 'no_device' });
});

t.test('a run starts a remedy once, however the model words its reason', async (t) => {
  const { tool, context } = await setUp(t);
  const { subject } = context.state;
  const name = 'run_a_remedy';
  const args = { ...call('free-disk-space'), device: { uid: 'u', name: 'n' } };
  const before = (outcome: 'undecidable' | 'refused') =>
    fold(
      journalOf(
        { type: 'queued', subject, mode: 'auto', retryOf: null },
        asked({ id: 'first', name }, { id: context.callId, name }),
        { ...intended('first'), tool: name, args },
        { type: 'write_done', callId: 'first', outcome, message: '', data: null, ticket: null },
      ),
    );
  const again = { name: 'free-disk-space', reason: 'and once more' };
  t.match(tool.outside(again, { ...context, state: before('undecidable') }), { code: 'already_written' });
  t.equal(tool.outside(again, { ...context, state: before('refused') }), null, 'the remedy was certainly not started');
  t.equal(
    tool.outside(again, { ...context, callId: 'first', state: before('undecidable') }),
    null,
    'the intent is that of the call itself',
  );
});
