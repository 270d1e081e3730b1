import t from 'tap';
import { alertTickets, startSim, tickets } from './support.ts';

t.test('a technician’s touch is seen, and is no effect', async (t) => {
  const sim = startSim(t);
  const [ticket] = alertTickets(sim);
  const view = async () => (await sim.call('GET', `${tickets}/${ticket?.id}`)).json.result;
  const act = (action: string, more = {}) =>
    sim.open({ method: 'POST', url: '/__sim/human', payload: { ticketId: ticket?.id, action, ...more } });
  for (const action of ['edit', 'note', 'assign', 'time', 'resolve']) {
    const before = await view();
    sim.pass(1_000);
    t.equal((await act(action, { text: action })).status, 200);
    const after = await view();
    t.not(after.modifiedOn, before.modifiedOn, action);
    t.equal(after.lastActivityUpdate, after.modifiedOn);
    t.not(after.modifiedBy, sim.state.world.tenant.apiUser.id);
  }
  t.match(await view(), { details: 'edit', totalTimeSpent: 0.5, statusName: 'Resolved', assigneeName: 'Tom Okafor' });
  await act('note', { by: 'Ines Marchetti', text: 'mine' });
  t.match(alertTickets(sim)[0]?.notes.at(-1), { createdByName: 'Ines Marchetti', details: 'mine' });
  t.same(sim.state.ledger().effects, []);
});

t.test('a technician’s edit is refused without a ticket or something to do', async (t) => {
  const sim = startSim(t);
  const human = (payload: object) => sim.open({ method: 'POST', url: '/__sim/human', payload });
  t.equal((await human({ ticketId: 1, action: 'note' })).status, 404);
  const bad = await human({ ticketId: 1, action: 'dance' });
  t.equal(bad.status, 400);
  t.match(bad.json.issues, [{ field: 'action', permitted: ['edit', 'note', 'assign', 'time', 'resolve'] }]);
});

t.test('a reset gives a fresh tenant, under a new seed or the same', async (t) => {
  const sim = startSim(t);
  const reset = (payload: object) => sim.open({ method: 'POST', url: '/__sim/reset', payload });
  const [first] = alertTickets(sim);
  await sim.call('POST', `${tickets}/${first?.id}/resolve`, { Comment: 'x' });
  await sim.call('POST', '/v2/rmm/dattormm/tickets/resolve', [{ AlertRefId: 'x' }]);
  await sim.open({ method: 'POST', url: '/__sim/faults', payload: { kind: 'html' } });

  const same = await reset({});
  const parts = ['url', 'username', 'password', 'tenant', 'integrationType', 'truto', 'datto', 'remedy'];
  t.same(Object.keys(same.json), parts);
  const { effects, jobs, requests } = sim.state.ledger();
  t.same([effects, jobs, requests.total], [[], [], 0]);
  t.same((await sim.open({ url: '/__sim/faults' })).json, []);
  t.equal(alertTickets(sim)[0]?.id, first?.id);
  t.equal((await sim.call('GET', tickets)).status, 401, 'old tokens are gone');

  const other = await reset({ seed: 7 });
  t.not(other.json.username, same.json.username);
  t.not(alertTickets(sim)[0]?.id, first?.id);
  t.equal((await reset({ sede: 7 })).status, 400);
});

t.test('two simulators share nothing', async (t) => {
  const [one, two] = [startSim(t), startSim(t)];
  await one.call('GET', tickets);
  t.equal(two.state.ledger().requests.total, 0);
});

t.test('control paths want no token and are not counted; unknown paths are counted', async (t) => {
  const sim = startSim(t);
  await sim.open({ url: '/__sim/ledger' });
  t.equal(sim.state.ledger().requests.total, 0);
  const { status, json } = await sim.open({ url: '/v2/nothing' });
  t.equal(status, 404);
  t.equal(json.success, false);
  t.equal(sim.state.ledger().requests.total, 1);
});

t.test('every answer takes as long as was asked for, refusals too', async (t) => {
  const sim = startSim(t, { latencyMs: { min: 40, max: 60 } });
  const before = performance.now();
  t.equal((await sim.open({ url: tickets })).status, 401);
  t.ok(performance.now() - before >= 39);
});
