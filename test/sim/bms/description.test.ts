import t from 'tap';
import { readDescription } from '../../helpers/description.ts';
import { alertTickets, formPost, rmm, startSim, tickets } from './support.ts';

const description = readDescription();

t.test(
  'every answer fits Kaseya’s own description',
  { skip: description ? false : 'KASEYA_OPENAPI names no copy' },
  async (t) => {
    if (!description) return;
    const sim = startSim(t);
    const { world } = sim.state;
    const [first, second] = alertTickets(sim);
    if (!first || !second) throw new Error('no tickets were seeded');
    const vip = sim.state.ledger().tickets.find(({ title }) => title.startsWith('VIP'));
    const noteTypeId = await sim.idOf('system/lookup/NoteType', 'General Note');
    const statusId = await sim.idOf('system/statuses/lookup', 'In Progress');
    const accountId = first.accountId;

    const fits = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH', template: string, url: string, body?: object) => {
      const reply = await sim.call(method, url, body);
      t.equal(reply.status, 200, `${method} ${url}`);
      const misfits = description.misfits(method, template, reply.json);
      t.same(misfits ?? [], [], `${method} ${template}`);
      if (misfits !== null) t.equal(reply.json.success, true, `${method} ${url} succeeds`);
      return reply.json;
    };
    const get = (template: string, url = template) => fits('GET', template, url);

    await get('/v2/security/userinfo');
    await get(tickets);
    await fits('POST', `${tickets}/search`, `${tickets}/search`, { filter: { title: 'disk' } });
    for (const one of [first, vip]) {
      await get(`${tickets}/{ticketId}`, `${tickets}/${one?.id}`);
      await get(`${tickets}/{ticketId}/notes`, `${tickets}/${one?.id}/notes`);
      await get(`${tickets}/{ticketId}/activities`, `${tickets}/${one?.id}/activities`);
      await get(`${tickets}/{ticketId}/slainfo`, `${tickets}/${one?.id}/slainfo`);
    }
    await get('/v2/servicedesk/hardwareasset/searchselect');
    for (const asset of world.tenant.assets.values()) {
      await get('/v2/servicedesk/hardwareasset/{assetId}', `/v2/servicedesk/hardwareasset/${asset.id}`);
    }
    await get(
      '/v2/servicedesk/hardwareasset/{assetId}/tickets',
      `/v2/servicedesk/hardwareasset/${first.assetId}/tickets`,
    );
    for (const lookup of ['priorities', 'queues', 'statuses', 'issuetypes']) await get(`/v2/system/${lookup}/lookup`);
    for (const table of ['TicketSource', 'TicketType', 'NoteType']) {
      await get('/v2/system/lookup/{tableName}', `/v2/system/lookup/${table}`);
    }
    await get('/v2/hr/assignees/lookup');
    await get('/v2/crm/accounts/lookup');
    for (const kind of ['locations', 'contacts']) {
      await get(`/v2/crm/accounts/{accountId}/${kind}/lookup`, `/v2/crm/accounts/${accountId}/${kind}/lookup`);
    }
    await get('/v2/rmm/{integrationType}/status', `${rmm}/status`);
    await get('/v2/rmm/integrations');

    const note = { Details: 'x', IsInternal: true, TypeId: noteTypeId, NoteDate: '2026-11-23T14:00:00Z' };
    await fits('POST', `${tickets}/{ticketId}/notes`, `${tickets}/${first.id}/notes`, note);
    const assignment = { ...note, StatusId: statusId };
    await fits('POST', `${tickets}/{ticketId}/assignticket`, `${tickets}/${first.id}/assignticket`, assignment);
    await fits('PATCH', `${tickets}/{ticketId}`, `${tickets}/${first.id}`, [
      { op: 'replace', path: '/StatusId', value: statusId },
    ]);
    await fits('POST', `${tickets}/{ticketId}/resolve`, `${tickets}/${first.id}/resolve`, { Comment: 'done' });

    const row = { TransactionId: 'a', AlertRefId: second.alertRefId, ResolutionNote: 'free again' };
    const template = '/v2/rmm/{integrationType}';
    const job = await fits('POST', `${template}/tickets/resolve`, `${rmm}/tickets/resolve`, [
      row,
      { TransactionId: 'b' },
    ]);
    const assetJob = await fits('PUT', `${template}/assets/deactivate`, `${rmm}/assets/deactivate`, [
      { TransactionId: 'c', AssetId: String(second.assetId) },
    ]);
    await get(`${template}/tickets/status/{jobId}`, `${rmm}/tickets/status/${job.result.jobId}`);
    sim.pass(5_000);
    await get(`${template}/tickets/status/{jobId}`, `${rmm}/tickets/status/${job.result.jobId}`);
    await get(`${template}/assets/status/{jobId}`, `${rmm}/assets/status/${assetJob.result.jobId}`);
  },
);

t.test('failures and sign-in fit it too', { skip: description ? false : 'KASEYA_OPENAPI names no copy' }, async (t) => {
  if (!description) return;
  const sim = startSim(t);
  const { username, password } = sim.state.world.tenant.credentials;
  const form = { GrantType: 'password', UserName: username, Password: password, Tenant: sim.state.world.tenant.name };
  const signedIn = await sim.open(formPost('/v2/security/authenticate', form));
  t.same(description.misfits('POST', '/v2/security/authenticate', signedIn.json), []);
  const unknown = await sim.call('GET', `${tickets}/1`);
  t.same(description.misfits('GET', `${tickets}/{ticketId}`, unknown.json), []);
  const incomplete = await sim.call('POST', tickets, {});
  t.same(description.misfits('POST', tickets, incomplete.json), []);
});
