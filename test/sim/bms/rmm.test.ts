import t from 'tap';
import { alertTickets, rmm, startSim, tickets } from './support.ts';

type Sim = ReturnType<typeof startSim>;

async function submit(sim: Sim, path: string, rows: object[], method: 'POST' | 'PUT' = 'POST'): Promise<string> {
  const { json } = await sim.call(method, `${rmm}/${path}`, rows);
  return json.result.jobId;
}

const statusOf = (sim: Sim, jobId: string, family = 'tickets') => sim.call('GET', `${rmm}/${family}/status/${jobId}`);

const resolveRow = (TransactionId: string, AlertRefId: unknown) => ({
  TransactionId,
  AlertRefId,
  ResolutionNote: 'ok',
});

t.test('a job id is a string first, and then a number literal that a double cannot hold', async (t) => {
  const sim = startSim(t);
  for (let times = 0; times < 20; times += 1) {
    const jobId = await submit(sim, 'tickets/resolve', [resolveRow('a', 'x')]);
    t.match(jobId, /^\d{17,19}$/);
    t.ok(BigInt(jobId) < 2n ** 63n);
    t.not(String(Number(jobId)), jobId);
    const { text } = await statusOf(sim, jobId);
    t.match(text, `"jobId":${jobId},`);
  }
});

t.test('a completed job holds failed rows beside good ones, and nothing happens before it is done', async (t) => {
  const sim = startSim(t);
  const [one, two] = alertTickets(sim);
  const rows = [resolveRow('a', one?.alertRefId), resolveRow('b', 'unknown'), resolveRow('c', two?.alertRefId)];
  const jobId = await submit(sim, 'tickets/resolve', rows);
  t.match((await statusOf(sim, jobId)).json.result, { jobStatus: 'Pending', details: [] });
  sim.pass(1_000);
  t.match((await statusOf(sim, jobId)).json.result, { jobStatus: 'InProgress', details: [] });
  t.same(sim.state.ledger().effects, []);
  sim.pass(1_000);
  const { json } = await statusOf(sim, jobId);
  t.equal(json.result.jobStatus, 'Completed');
  t.match(json.result.details, [
    { transactionId: 'a', statusCode: '200', ticketId: one?.id, ticketNumber: one?.ticketNumber },
    { transactionId: 'b', statusCode: '422', ticketId: null },
    { transactionId: 'c', statusCode: '200', ticketId: two?.id },
  ]);
  const { effects, jobs } = sim.state.ledger();
  const operation = 'POST /v2/rmm/{integrationType}/tickets/resolve';
  t.match(effects, [
    { seq: 1, operation, transactionId: 'a', jobId, ticketId: one?.id, assetId: null, body: rows[0] },
    { seq: 2, operation, transactionId: 'c', jobId, at: '2026-11-23T14:00:02.000Z' },
  ]);
  t.match(jobs, [
    { id: jobId, family: 'tickets', status: 'Completed', rows: [{ ok: true }, { ok: false }, { ok: true }] },
  ]);
});

t.test('the ledger is right without anyone asking for the job', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  await submit(sim, 'tickets/resolve', [resolveRow('a', one?.alertRefId)]);
  sim.pass(2_000);
  const ledger = (await sim.open({ url: '/__sim/ledger' })).json;
  t.equal(ledger.effects.length, 1);
  t.match(alertTickets(sim)[0], {
    statusName: 'Resolved',
    resolved: true,
    notes: [{ typeName: 'Resolution', isInternal: false, createdByName: 'RMM Integration', details: 'ok' }],
  });
});

t.test('resolving again fails its row, and the ledger keeps the failure', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  const row = resolveRow('same', one?.alertRefId);
  const jobId = await submit(sim, 'tickets/resolve', [row, row]);
  sim.pass(2_000);
  const { details } = (await statusOf(sim, jobId)).json.result;
  t.match(details, [
    { statusCode: '200' },
    { statusCode: '422', statusMessage: /is resolved already/, ticketId: null },
  ]);
  const { effects, refused } = sim.state.ledger();
  t.equal(effects.length, 1);
  t.match(refused, [{ seq: 1, jobId, transactionId: 'same', alertRefId: one?.alertRefId, reason: /resolved already/ }]);
});

t.test('resolving again is a second effect where BMS takes it', async (t) => {
  const sim = startSim(t, { secondResolve: 'repeat' });
  const [one] = alertTickets(sim);
  const row = resolveRow('same', one?.alertRefId);
  await submit(sim, 'tickets/resolve', [row, row]);
  await submit(sim, 'tickets/resolve', [row]);
  sim.pass(2_000);
  sim.state.ledger();
  t.equal(sim.state.ledger().effects.length, 3);
  t.equal(alertTickets(sim)[0]?.notes.length, 3);
});

t.test('tickets are created for known organizations and assets, once per open alert', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  const row = (TransactionId: string, more: object) => ({
    ...{
      TransactionId,
      AlertRefId: TransactionId,
      Title: 'CPU',
      Details: 'busy',
      Organization: { Name: one?.accountName },
    },
    ...more,
  });
  const rows = [
    row('good', { Asset: { Name: one?.assetName?.toLowerCase() } }),
    row('again', { AlertRefId: 'good' }),
    row('taken', { AlertRefId: one?.alertRefId }),
    row('nobody', { Organization: { Name: 'Nobody Ltd' } }),
    row('closed', { Organization: { Name: 'Old Mill Bakery' } }),
    row('foreign', { Organization: { Name: 'Harbour Logistics' }, Asset: { Name: one?.assetName } }),
    row('blank', { Title: ' ' }),
  ];
  const jobId = await submit(sim, 'tickets', rows);
  sim.pass(2_000);
  const { details } = (await statusOf(sim, jobId)).json.result;
  t.same(
    details.filter(({ statusCode }: { statusCode: string }) => statusCode === '200'),
    [details[0]],
  );
  t.equal(details[2].statusMessage, 'An open ticket exists for this alert');
  const { effects } = sim.state.ledger();
  t.equal(effects.length, 1);
  const { json } = await sim.call('GET', `${tickets}/${effects[0]?.ticketId}`);
  t.match(json.result, {
    hardwareAssetId: one?.assetId,
    queueName: 'Service Desk',
    sourceName: 'RMM Alert',
    statusName: 'New',
  });
  const resolved = await submit(sim, 'tickets/resolve', [resolveRow('r', 'good')]);
  sim.pass(2_000);
  t.equal((await statusOf(sim, resolved)).json.result.details[0].statusCode, '200');
  await submit(sim, 'tickets', [row('anew', { AlertRefId: 'good' })]);
  sim.pass(2_000);
  t.equal(sim.state.ledger().effects.length, 3, 'a resolved alert may be opened again');
});

t.test('duplicates are counted on their ticket and may reopen it', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  await submit(sim, 'tickets/resolve', [resolveRow('a', one?.alertRefId)]);
  sim.pass(2_000);
  await submit(sim, 'tickets/duplicate', [{ AlertRefId: one?.alertRefId, DuplicationCount: 2, ReopenTicket: true }]);
  sim.pass(2_000);
  const { json } = await sim.call('GET', `${tickets}/${one?.id}`);
  t.match(json.result, { occurrenceCount: 3, statusName: 'New', completedDate: null, reOpenedDate: String });
});

t.test('jobs about assets are a family of their own', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  const rows = [
    { TransactionId: 'a', AssetId: String(one?.assetId) },
    { TransactionId: 'b', AssetId: 'x' },
  ];
  const jobId = await submit(sim, 'assets/deactivate', rows, 'PUT');
  sim.pass(2_000);
  t.equal((await statusOf(sim, jobId)).json.error.code, 1005, 'the ticket family does not know it');
  const { json } = await statusOf(sim, jobId, 'assets');
  t.match(json.result.details, [
    { psaAssetId: one?.assetId, statusCode: '200' },
    { statusCode: '422', psaAssetId: null },
  ]);
  t.match(sim.state.ledger().effects, [{ assetId: one?.assetId, ticketId: null, transactionId: 'a' }]);
  const active = await sim.call(
    'GET',
    `/v2/servicedesk/hardwareasset/searchselect?Filter.IsActive=true&Filter.AssetName=${one?.assetName}`,
  );
  t.same(active.json.result, []);
});

t.test('a body that is no array, an unknown integration and an unknown job are refused', async (t) => {
  const sim = startSim(t);
  const single = await sim.call('POST', `${rmm}/tickets/resolve`, resolveRow('a', 'x'));
  t.equal(single.status, 200);
  t.equal(single.json.success, false);
  t.equal((await sim.call('POST', '/v2/rmm/other/tickets/resolve', [resolveRow('a', 'x')])).json.error.code, 1005);
  t.equal((await statusOf(sim, '123')).json.error.code, 1005);
  t.equal((await sim.call('GET', '/v2/rmm/other/status')).json.success, false);
  t.same(sim.state.ledger().jobs, []);
});

t.test('rows fail with the probability that was asked for, alike for one seed', async (t) => {
  const run = async () => {
    const sim = startSim(t, { jobFailure: 0.5, tickets: 100 });
    await submit(
      sim,
      'tickets/resolve',
      alertTickets(sim).map(({ alertRefId }, index) => resolveRow(String(index), alertRefId)),
    );
    sim.pass(2_000);
    return sim.state.ledger().jobs[0]?.rows.map(({ ok }) => ok) ?? [];
  };
  const rows = await run();
  const good = rows.filter((ok) => ok).length;
  t.ok(good > 30 && good < 70, `${good} of 100`);
  t.same(await run(), rows);
});

t.test('odd job words differ by whether rows failed, and each kind of them occurs', async (t) => {
  const words = new Map<string, Set<string>>();
  const see = (when: string, word: string) => words.set(when, (words.get(when) ?? new Set()).add(word));
  const sim = startSim(t, { jobWords: 'odd', secondResolve: 'repeat' });
  const alertRefId = alertTickets(sim)[0]?.alertRefId;
  const [good, bad] = [resolveRow('good', alertRefId), resolveRow('bad', 'unknown')];
  for (let times = 0; times < 30; times += 1) {
    const jobs = { done: [good], mixed: [good, bad], failed: [bad] };
    for (const [kind, rows] of Object.entries(jobs)) {
      const jobId = await submit(sim, 'tickets/resolve', rows);
      see('pending', (await statusOf(sim, jobId)).json.result.jobStatus);
      sim.pass(2_000);
      const { jobStatus, details } = (await statusOf(sim, jobId)).json.result;
      see(kind, jobStatus);
      for (const { transactionId, statusCode } of details) see(`row ${transactionId}`, statusCode);
    }
  }
  t.same(Object.fromEntries([...words].map(([when, seen]) => [when, [...seen].sort()])), {
    pending: ['Accepted', 'queued'],
    done: ['Settled', 'Succeeded'],
    mixed: ['Completed With Errors', 'Partly Settled'],
    failed: ['Failed', 'Rejected'],
    'row good': ['Applied', 'Success'],
    'row bad': ['Error', 'Refused'],
  });
});

t.test('Datto’s intake opens a ticket for a new alert, and counts on it after that', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  const device = sim.state.world.tenant.assets.get(one?.assetId ?? 0);
  const send = async (alert: object) => {
    const { json } = await sim.call('POST', `${rmm}/alerts`, alert);
    sim.pass(2_000);
    return (await statusOf(sim, json.result.jobId)).json.result.details[0];
  };
  const alert = { AlertUid: 'u-1', Alert: 'Service stopped', AlertMessage: 'spooler', DeviceUid: device?.agentId };
  const opened = await send(alert);
  t.match(opened, { statusCode: '200', statusMessage: 'Created', alertRefId: 'u-1' });
  t.match(await send(alert), { statusMessage: 'Counted', ticketId: opened.ticketId });
  const { json } = await sim.call('GET', `${tickets}/${opened.ticketId}`);
  t.match(json.result, { occurrenceCount: 2, hardwareAssetId: one?.assetId, rmmTicketReference: 'u-1' });
  const bySite = { AlertUid: 'u-2', Alert: 'x', SiteName: one?.accountName, DeviceHostname: one?.assetName };
  t.match(await send(bySite), { statusCode: '200' });
  t.match(await send({ AlertUid: 'u-3', SiteName: 'Nowhere' }), { statusCode: '422' });
  t.equal((await sim.call('POST', `${rmm}/alerts`, { Alert: 'x' })).json.success, false);
});

t.test('assets are added once, and replaced only when they are there', async (t) => {
  const sim = startSim(t);
  const Organization = { Name: alertTickets(sim)[0]?.accountName };
  const send = async (method: 'POST' | 'PUT', rows: object[]) => {
    const jobId = await submit(sim, 'assets', rows, method);
    sim.pass(2_000);
    const { details } = (await statusOf(sim, jobId, 'assets')).json.result;
    return details.map(({ statusCode }: { statusCode: string }) => statusCode);
  };
  const row = { TransactionId: 'a', AgentId: 'agent-1', Name: 'NEW-01', Organization };
  t.same(await send('POST', [row, row, { ...row, AgentId: 'agent-2', Organization: null }]), ['200', '422', '422']);
  const details = { AgentId: 'agent-1', AssetDetails: { SerialNumber: 'S1' } };
  t.same(await send('PUT', [details, { ...details, AgentId: 'agent-3' }]), ['200', '422']);
  const found = await sim.call('GET', '/v2/servicedesk/hardwareasset/searchselect?Filter.AssetName=NEW-01');
  t.match(found.json.result, [{ serialNumber: 'S1', accountName: Organization.Name }]);
});

t.test('jobs about mappings are a family of their own', async (t) => {
  const sim = startSim(t);
  const url = `${rmm}/mappings/accounts`;
  const PsaId = sim.state.world.tenant.accounts[0]?.id;
  const rows = [
    { ExternalId: 'site-1', PsaId },
    { ExternalId: 'site-2', PsaId: 1 },
  ];
  const { json } = await sim.call('POST', url, rows);
  sim.pass(2_000);
  const { details } = (await statusOf(sim, json.result.jobId, 'mappings')).json.result;
  t.match(details, [{ statusCode: '200', externalId: 'site-1' }, { statusCode: '422' }]);
  t.equal((await statusOf(sim, json.result.jobId)).json.success, false, 'the ticket family does not know it');
  t.match((await sim.call('GET', url)).json, { totalRecords: 1, result: [{ externalId: 'site-1', psaId: PsaId }] });
  await sim.call('DELETE', url, [{ ExternalId: 'site-1' }]);
  sim.pass(2_000);
  t.equal((await sim.call('GET', url)).json.totalRecords, 0);
  t.equal((await sim.call('GET', `${rmm}/mappings/planets`)).json.success, false);
  t.equal((await sim.call('POST', url, [{ ExternalId: 'x' }])).json.success, false, 'PsaId is not nullable');
});
