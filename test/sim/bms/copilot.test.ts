import t from 'tap';
import { alertTickets, startSim, tickets } from './support.ts';

t.test('a generated resolution is kept only when asked for', async (t) => {
  const sim = startSim(t);
  const url = `${tickets}/${alertTickets(sim)[0]?.id}/ticketresolution`;
  t.equal((await sim.call('GET', url)).json.success, false);
  t.match((await sim.call('POST', `${url}/generate`)).json.result.summary, /Disk Usage/);
  t.equal((await sim.call('GET', url)).json.success, false);
  t.same(sim.state.ledger().effects, []);
  const { result } = (await sim.call('POST', `${url}/generate?doSaveResult=true`)).json;
  t.same((await sim.call('GET', url)).json.result, result);
  t.equal(sim.state.ledger().effects.length, 1);
});

t.test('a generated summary is kept, and may be overwritten', async (t) => {
  const sim = startSim(t);
  const url = `${tickets}/${alertTickets(sim)[0]?.id}/ticketsummary`;
  await sim.call('POST', `${url}/generate`);
  t.match((await sim.call('GET', url)).json.result.summary, /Disk Usage.*New/);
  await sim.call('PUT', url, { Summary: 'short' });
  t.same((await sim.call('GET', url)).json.result, { summary: 'short' });
});

t.test('a tenant without the copilot refuses all of it, and says so in its configuration', async (t) => {
  const sim = startSim(t, { copilot: false });
  const url = `${tickets}/${alertTickets(sim)[0]?.id}`;
  for (const part of ['ticketresolution/generate', 'ticketsummary/generate']) {
    t.match(await sim.call('POST', `${url}/${part}`), { status: 200, json: { success: false, result: null } });
  }
  t.equal((await sim.call('GET', `${url}/ticketsummary`)).json.success, false);
  const { result } = (await sim.call('GET', '/v2/admin/copilot/configuration')).json;
  t.match(result, [{ isEnabled: false, value: { isTicketResolutionEnabled: false } }]);
  t.same(sim.state.ledger().effects, []);
  const strict = startSim(t, { copilot: false, errors: 'http' });
  t.equal((await strict.call('POST', `${tickets}/${alertTickets(strict)[0]?.id}/ticketsummary/generate`)).status, 403);
});
