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

t.test('resolving again fails its row, and the ledger keeps that', async (t) => {
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

t.test('or it is an effect again, where BMS is to take it', async (t) => {
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

t.test('duplicates are counted and may reopen', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  await submit(sim, 'tickets/resolve', [resolveRow('a', one?.alertRefId)]);
  sim.pass(2_000);
  await submit(sim, 'tickets/duplicate', [{ AlertRefId: one?.alertRefId, DuplicationCount: 2, ReopenTicket: true }]);
  sim.pass(2_000);
  const { json } = await sim.call('GET', `${tickets}/${one?.id}`);
  t.match(json.result, { occurrenceCount: 3, statusName: 'New', completedDate: null, reOpenedDate: String });
});

t.test('assets are a family of their own', async (t) => {
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

t.test('what is no array, no integration or no job is refused', async (t) => {
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
