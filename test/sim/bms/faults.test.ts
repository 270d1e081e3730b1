import t from 'tap';
import { waitFor } from '../../../harness/wait.ts';
import { alertTickets, rmm, startSim, tickets } from './support.ts';

type Sim = ReturnType<typeof startSim>;

const setFault = (sim: Sim, fault: object) => sim.open({ method: 'POST', url: '/__sim/faults', payload: fault });
const resolveUrl = (sim: Sim) => `${tickets}/${alertTickets(sim)[0]?.id}/resolve`;
const effects = (sim: Sim) => sim.state.ledger().effects.length;
const resolve = (sim: Sim) => sim.call('POST', resolveUrl(sim), { Comment: 'x' });
const match = { method: 'post', path: `${tickets}/{ticketId}/resolve` };

/** What a client over a real connection sees of a resolve: a status, or that it was cut off. */
async function resolveOverWire(sim: Sim): Promise<number | 'cut off'> {
  const token = await sim.signIn();
  const base = sim.app.server.listening ? readUrl(sim) : await sim.app.listen({ port: 0, host: '127.0.0.1' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ Comment: 'x' }) };
  return fetch(base + resolveUrl(sim), init).then(
    ({ status }) => status,
    () => 'cut off' as const,
  );
}

function readUrl(sim: Sim): string {
  const address = sim.app.server.address();
  return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
}

t.test('a fault that strikes before the request leaves no effect', async (t) => {
  const sim = startSim(t);
  await setFault(sim, { match, kind: 'status', status: 503, headers: { 'retry-after': '7' } });
  const status = await resolve(sim);
  t.equal(status.status, 503);
  t.equal(status.json.success, false);
  t.equal(status.headers['retry-after'], '7');

  await setFault(sim, { match, kind: 'success-false', message: 'no' });
  const refused = await resolve(sim);
  t.equal(refused.status, 200);
  t.match(refused.json, { success: false, error: { code: Number, message: 'no', subErrors: ['no'] } });

  await setFault(sim, { match, kind: 'malformed' });
  const malformed = await resolve(sim);
  t.equal(malformed.status, 200);
  t.ok(malformed.text.length > 0);
  t.throws(() => JSON.parse(malformed.text));

  await setFault(sim, { match, kind: 'html' });
  const page = await resolve(sim);
  t.equal(page.status, 502);
  t.match(page.headers['content-type'], /text\/html/);

  t.equal(effects(sim), 0);
  t.equal((await resolve(sim)).json.success, true);
  t.equal(effects(sim), 1);
});

t.test('a dropped connection is cut before or after the effect, as its fault says', async (t) => {
  const sim = startSim(t);
  await setFault(sim, { match, kind: 'drop-before' });
  t.equal(await resolveOverWire(sim), 'cut off');
  t.equal(effects(sim), 0);
  await setFault(sim, { match, kind: 'drop-after' });
  t.equal(await resolveOverWire(sim), 'cut off');
  t.equal(effects(sim), 1);
  await setFault(sim, { match, kind: 'timeout', delayMs: 100 });
  const before = Date.now();
  t.equal(await resolveOverWire(sim), 'cut off');
  t.ok(Date.now() - before >= 95, 'the answer was held');
  t.equal(effects(sim), 2);
  t.equal(await resolveOverWire(sim), 200);
});

t.test('a server that holds an answer still stops at once', async (t) => {
  const sim = startSim(t);
  await setFault(sim, { match, kind: 'timeout' });
  const held = resolveOverWire(sim);
  await waitFor('the effect', async () => effects(sim) > 0, 5_000);
  const before = Date.now();
  await sim.app.close();
  t.equal(await held, 'cut off');
  t.ok(Date.now() - before < 2_000);
});

t.test('rows fail on purpose, while the job completes', async (t) => {
  const sim = startSim(t);
  const [one, two, three] = alertTickets(sim);
  const path = '/v2/rmm/{integrationType}/tickets/resolve';
  await setFault(sim, { match: { path, alertRefId: two?.alertRefId }, kind: 'row-failure', message: 'locked' });
  const row = (alertRefId: unknown) => ({ TransactionId: String(alertRefId), AlertRefId: alertRefId });
  await sim.call('POST', `${rmm}/tickets/resolve`, [row(one?.alertRefId)]);
  t.equal((await sim.open({ url: '/__sim/faults' })).json.length, 1, 'kept for a job that holds the row');
  const { json } = await sim.call('POST', `${rmm}/tickets/resolve`, [row(three?.alertRefId), row(two?.alertRefId)]);
  sim.pass(2_000);
  const status = await sim.call('GET', `${rmm}/tickets/status/${json.result.jobId}`);
  t.match(status.json.result, {
    jobStatus: 'Completed',
    details: [{ statusCode: '200' }, { statusMessage: 'locked' }],
  });
  t.equal(effects(sim), 2);
  t.same((await sim.open({ url: '/__sim/faults' })).json, []);
});

t.test('rows of one job fail each by its own fault', async (t) => {
  const sim = startSim(t);
  const tickets = alertTickets(sim).slice(0, 3);
  for (const { alertRefId } of tickets.slice(1))
    await setFault(sim, { match: { alertRefId }, kind: 'row-failure', message: `${alertRefId} is locked` });
  const rows = tickets.map(({ alertRefId }) => ({ TransactionId: String(alertRefId), AlertRefId: alertRefId }));
  const { json } = await sim.call('POST', `${rmm}/tickets/resolve`, rows);
  sim.pass(2_000);
  const status = await sim.call('GET', `${rmm}/tickets/status/${json.result.jobId}`);
  const [, two, three] = tickets.map(({ alertRefId }) => ({ statusMessage: `${alertRefId} is locked` }));
  t.match(status.json.result.details, [{ statusCode: '200' }, two, three]);
});

t.test('a fault is found by template, path or glob, and used up', async (t) => {
  const sim = startSim(t);
  const id = alertTickets(sim)[0]?.id;
  const hits = async (path: string | undefined, method = 'GET') => {
    await setFault(sim, { match: { method, ...(path && { path }) }, kind: 'status', count: 2 });
    const answers = [];
    for (let times = 0; times < 3; times += 1) answers.push((await sim.call('GET', `${tickets}/${id}`)).status);
    await sim.open({ method: 'DELETE', url: '/__sim/faults' });
    return answers.filter((status) => status === 500).length;
  };
  t.equal(await hits(`${tickets}/{ticketId}`), 2);
  t.equal(await hits(`${tickets}/${id}`), 2);
  t.equal(await hits(`${tickets}/*`), 2);
  t.equal(await hits('/v2/**'), 2);
  t.equal(await hits(undefined), 2);
  t.equal(await hits('/v2/*'), 0);
  t.equal(await hits(`${tickets}/${id}1`), 0);
  t.equal(await hits(`${tickets}/{ticketId}`, 'POST'), 0);
});

t.test('a fault may strike by chance, and at sign-in', async (t) => {
  const sim = startSim(t);
  await setFault(sim, { kind: 'status', probability: 0.5, count: 1000 });
  let struck = 0;
  const headers = { authorization: `Bearer ${sim.state.world.tokens.issue(sim.state.now()).accessToken}` };
  for (let times = 0; times < 200; times += 1) {
    if ((await sim.open({ url: '/v2/rmm/integrations', headers })).status === 500) struck += 1;
  }
  t.ok(struck > 60 && struck < 140, `${struck} of 200`);
  sim.state.reset();
  await setFault(sim, { match: { path: '/v2/security/*' }, kind: 'status', status: 500 });
  await t.rejects(sim.signIn());
  await t.resolves(sim.signIn());
});

t.test('what cannot be a fault is refused with the permitted values', async (t) => {
  const sim = startSim(t);
  const bad: [object, string][] = [
    [{ kind: 'explode' }, 'kind'],
    [{ kind: 'status', status: 99 }, 'status'],
    [{ kind: 'status', count: 0 }, 'count'],
    [{ kind: 'status', probability: 2 }, 'probability'],
    [{ kind: 'status', colour: 'red' }, 'colour'],
    [{ kind: 'status', match: { method: 'FETCH' } }, 'match.method'],
    [{ kind: 'status', match: { path: '/v2/typo' } }, 'match.path'],
    [{ kind: 'status', match: { alertRefId: 'x' } }, 'match.alertRefId'],
  ];
  for (const [fault, field] of bad) {
    const { status, json } = await setFault(sim, fault);
    t.equal(status, 400, field);
    t.equal(json.issues[0].field, field);
  }
  const { json } = await setFault(sim, { kind: 'explode' });
  t.ok(json.issues[0].permitted.includes('drop-after'));
  t.same((await sim.open({ url: '/__sim/faults' })).json, []);
});
