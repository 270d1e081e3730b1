import t from 'tap';
import { startSim } from './support.ts';

type Sim = ReturnType<typeof startSim>;
const result = async (sim: Sim, path: string) => (await sim.call('GET', `/v2/${path}`)).json.result;
const accountOf = (sim: Sim, name: string) => {
  const account = sim.state.world.tenant.accounts.find((one) => one.name === name);
  if (!account) throw new Error(`no ${name}`);
  return account;
};

t.test('issue types are a tree, and a subtype counts below its own alone', async (t) => {
  const sim = startSim(t);
  const hardware = await sim.idOf('system/issuetypes/lookup', 'Hardware');
  const backup = await sim.idOf('system/issuetypes/lookup', 'Backup');
  const names = async (id: number) =>
    (await result(sim, `system/issuetypes/${id}/issuesubtypes/lookup`)).map(({ name }: { name: string }) => name);
  t.same(await names(hardware), ['Disk', 'Memory', 'Printer', 'Other']);
  t.same(await names(backup), ['Failed Job', 'Restore', 'Other']);
  t.equal((await sim.call('GET', '/v2/system/issuetypes/1/issuesubtypes/lookup')).json.error.code, 1005);
});

t.test('accounts are summarised with places and warnings; a single one comes without envelope', async (t) => {
  const sim = startSim(t);
  const { id } = accountOf(sim, 'Northgate Legal LLP');
  const { json } = await sim.call('GET', '/v2/crm/accounts/summary?Filter.AccountCode=ngl');
  t.match(json, { totalRecords: 1, result: [{ id, accountName: 'Northgate Legal LLP' }] });
  const single = await sim.call('GET', `/v2/crm/accounts/summary/${id}`);
  t.match(single.json, { id, locations: [{ locationName: 'Main', isMain: true }, { isMain: false }] });
  t.notOk('success' in single.json);
  t.match((await result(sim, `crm/accounts/${id}/alerts/0`)).details, [/^VIP client/]);
  t.same((await result(sim, `crm/accounts/${id}/alerts/2`)).details, []);
  t.equal((await sim.call('GET', `/v2/crm/accounts/${id}/alerts/3`)).json.success, false);
  const closed = await sim.call('GET', '/v2/crm/accounts/summary?Filter.IsActive=false');
  t.match(closed.json.result, [{ accountName: 'Old Mill Bakery' }]);
});

t.test('contacts are found by address, account and title', async (t) => {
  const sim = startSim(t);
  const { id } = accountOf(sim, 'Harbour Logistics');
  const two = await result(sim, `crm/contacts/search?Filter.AccountIds=${id}&Filter.LastName=pike`);
  t.same(
    two.map(({ emailAddress }: { emailAddress: string }) => emailAddress),
    ['jonas.pike@hbl.example', 'jonas.pike2@hbl.example'],
  );
  t.not(two[0].locationId, two[1].locationId);
  t.match(await result(sim, 'crm/contacts/search?Filter.JobTitle=financial'), [{ lastName: 'Hale', isActive: true }]);
  const one = await sim.call('GET', `/v2/crm/contacts/summary/${two[0].id}`);
  t.match(one.json, { firstName: 'Jonas', emails: [{ emailAddress: 'jonas.pike@hbl.example' }] });
  t.equal((await sim.call('GET', '/v2/crm/contacts/summary/1')).json.error.code, 1005);
});

t.test('a contract shows its SLA and whether it has ended; one account has none', async (t) => {
  const sim = startSim(t);
  const lookup = (name: string, more = '') =>
    result(sim, `finance/contracts/lookup?AccountId=${accountOf(sim, name).id}${more}`);
  t.equal((await lookup('Northgate Legal LLP')).length, 2);
  const current = await lookup('Northgate Legal LLP', '&ExcludeExpiredContracts=true');
  t.match(current, [{ slaName: 'Premium', isDefault: true }]);
  t.ok(Date.parse(current[0].endDate) > sim.state.now());
  t.same(await lookup('Cedar Grove Clinic'), []);
});

t.test('assignees are the active employees, with their roles', async (t) => {
  const sim = startSim(t);
  const all = await result(sim, 'hr/assignees');
  t.equal(all.length, await result(sim, 'hr/assignees/count'));
  t.notOk(all.some(({ name }: { name: string }) => name === 'Rory Blake'));
  t.match(await result(sim, `hr/assignees/${all[0].id}/roles`), [{ name: String, isDefault: Boolean }]);
});

t.test('a table is read by its name, with what is no longer used', async (t) => {
  const sim = startSim(t);
  const rows = await result(sim, 'system/tenantlookup/notetype');
  t.ok(rows.some((row: { name: string; isActive: boolean }) => row.name === 'Escalation (old)' && !row.isActive));
  t.same(await result(sim, 'system/lookup/NoteType'), rows);
  t.equal((await sim.call('GET', '/v2/system/lookup/Nonsense')).json.error.code, 1005);
  for (const name of ['slas', 'worktypes']) {
    const active = (await result(sim, `system/${name}/lookup`)).map(({ isActive }: { isActive: boolean }) => isActive);
    t.same([...active].sort(), [false, true, true], name);
  }
});

t.test('a machine is online while its agent checks in', async (t) => {
  const sim = startSim(t);
  const [one] = [...sim.state.world.tenant.assets.values()].filter(({ name }) => name.endsWith('OLD01'));
  const [other] = [...sim.state.world.tenant.assets.values()].filter(({ kind }) => kind === 'Server');
  const base = 'servicedesk/hardwareasset';
  t.same(await result(sim, `${base}/${one?.agentId}/status`), { isOnline: false });
  t.same(await result(sim, `${base}/${other?.agentId}/status`), { isOnline: true });
  t.same(await result(sim, `${base}/${other?.id}/status`), { isOnline: true });
  t.equal((await sim.call('GET', `/v2/${base}/nothing/status`)).json.success, false);
});

t.test('a notification to Kaseya One is accepted, answered with nothing, and reaches no one', async (t) => {
  const sim = startSim(t);
  const url = '/v2/kaseya-one/tickets/action/notifications';
  const { status, text } = await sim.call('POST', url, { Id: '1', ActionEventType: 'escalate' });
  t.same([status, text], [200, '']);
  const { effects, mails, tickets } = sim.state.ledger();
  t.match(effects, [{ operation: `POST ${url}`, ticketId: null }]);
  t.same(mails, []);
  t.notOk(tickets.some(({ notes }) => notes.some(({ createdByName }) => createdByName === 'Triage API')));
});

t.test('a scheduler job has a text for an id, and reports neither success nor failure', async (t) => {
  const sim = startSim(t);
  const id = sim.state.ledger().schedulerJobs[0]?.id;
  t.match(await result(sim, `system/schedulerJobs/${id}/status`), { name: 'Nightly asset sync', reason: null });
  t.equal((await sim.call('GET', '/v2/system/schedulerJobs/1/status')).json.error.code, 1005);
});
