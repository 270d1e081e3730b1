import t from 'tap';
import { named } from '../../sim/bms/tenant/named.ts';
import { refreshPath, signInPath } from '../../src/kaseya/token.ts';
import { type RecordedBms, recordedBms } from '../helpers/bms.ts';
import { readDescription } from '../helpers/description.ts';

const description = readDescription();
const skip =
  description === null &&
  "KASEYA_OPENAPI names no copy of Kaseya's description: it is at https://api.bms.kaseya.com/swagger/v2/swagger.json";

t.test(
  "every request the client can send fits Kaseya's description, and the simulator takes it",
  { skip },
  async (t) => {
    const client = await recordedBms(t, { seed: '3', copilot: true });
    const { bms, exchanges } = client;
    const { ticketId, assetId, assetName, accountId } = await read(client);
    await lookUp(client);
    const noteType = await entry(client, 'noteTypes', 'General Note');
    const queue = await entry(client, 'queues', 'Network');
    const employee = await entry(client, 'assignees', 'Ines Marchetti');

    const emailTo = [employee.id];
    const note = { details: 'd', isInternal: true, typeId: noteType.id };
    await bms.tickets.addNote(ticketId, note);
    await bms.tickets.addNote(ticketId, { ...note, emailTo });
    const { statusId } = await bms.tickets.get(ticketId);
    const assignment = { statusId, noteTypeId: noteType.id, details: 'd' };
    await bms.tickets.assign(ticketId, { ...assignment, queueId: queue.id });
    await bms.tickets.assign(ticketId, { ...assignment, queueId: null, assigneeId: employee.id, emailTo });
    const status = await entry(client, 'statuses', 'In Progress');
    const priority = await entry(client, 'priorities', 'High');
    const issueType = await entry(client, 'issueTypes', 'Backup');
    const fields = { statusId: status.id, priorityId: priority.id, queueId: queue.id, issueTypeId: issueType.id };
    t.match(await bms.tickets.patch(ticketId, fields), fields);
    const date = new Date().toISOString();
    await bms.tickets.addTodo(ticketId, { description: 'check', userId: employee.id, date });
    t.match((await bms.tickets.todos(ticketId)).rows, [{ description: 'check' }]);
    t.type(await bms.copilot.summarise(ticketId), 'string');
    t.type(await bms.copilot.draftResolution(ticketId, { save: true }), 'string');
    const callback = { organizationId: 'o', appClientIdentifier: 'a', id: '1', event: {} };
    await bms.kaseyaOne.notify({ ...callback, actionEventType: 'e', eventType: 'e', targetProducts: ['p'] });
    const required = {
      accountId,
      locationId: (await mainOf(client, accountId)).id,
      ...fields,
      title: 't',
      details: 'd',
    };
    const type = { typeId: (await entry(client, 'ticketTypes', 'Incident')).id };
    const source = { sourceId: (await entry(client, 'ticketSources', 'Portal')).id };
    const about = { contactId: null, hardwareAssetId: assetId, assigneeId: employee.id, dueDate: date };
    const created = await bms.tickets.create({ ...required, ...type, ...source, ...about });
    const closed = await bms.tickets.resolve(created.id, { comment: 'c', isInternal: true, statusId: null });
    t.type(closed.completedDate, 'string');
    await bms.tickets.resolve(ticketId, { comment: 'c', isInternal: true, statusId: status.id });

    await runJobs(client, { assetId, assetName });

    for (const { request } of exchanges)
      t.same(description?.requestMisfits(request), [], `${request.method} ${request.template}`);
    const sent = exchanges.map(({ request: { method, template } }) => `${method} ${template}`);
    const operations = new Set([...sent, `POST ${signInPath}`, `POST ${refreshPath}`]);
    const inDescription = [...operations].filter((operation) => description?.has(operation));
    t.same([...operations], inDescription);
    t.comment(`${operations.size} operations: ${[...operations].join(', ')}`);
  },
);

/** Every read of tickets, assets and customers, with every filter. */
async function read({ bms, state }: RecordedBms) {
  const filter = { title: 'Disk', details: 'Disk', excludeCompleted: true, statusNames: 'New,In Progress' };
  const { rows } = await bms.tickets.list({ ...filter, queueNames: 'Service Desk', pageSize: 100 });
  const [row] = rows;
  if (!row?.accountId || !row.hardwareAssetName || !row.hardwareAssetId) throw new Error('no ticket with an asset');
  const { id: ticketId, accountId, hardwareAssetId: assetId, hardwareAssetName: assetName } = row;
  const contact = state.world.tenant.accounts.find(({ id }) => id === accountId)?.contacts[0];
  const dates = { createdOnFrom: '2026-01-01T00:00:00Z', createdOnTo: '2036-01-01T00:00:00Z' };
  const people = { accountId, contactId: contact?.id, assigneeName: 'x', issueTypeNames: 'x', priorityNames: 'High' };
  const what = { hardwareAssetName: assetName, ticketNumber: row.ticketNumber };
  await bms.tickets.list({ ...people, ...what, ...dates, pageNumber: 2 });
  await bms.tickets.activities(ticketId);
  await bms.tickets.notes(ticketId);
  await bms.tickets.sla(ticketId);
  await bms.tickets.relatedAlerts(ticketId);
  const texts = { assetName, serialNumber: 'x', ipAddress: '10.', contactName: 'x' };
  await bms.assets.search({ ...texts, accountId, contactId: contact?.id, isActive: true });
  await bms.assets.get(assetId);
  await bms.assets.tickets(assetId, { pageNumber: 1, pageSize: 25 });
  await bms.crm.accounts({ name: row.accountName ?? '' });
  await bms.crm.contacts(accountId, { name: contact?.name });
  await bms.crm.contracts(accountId);
  return { ticketId, accountId, assetId, assetName };
}

async function lookUp({ bms }: RecordedBms) {
  const kinds = ['queues', 'priorities', 'statuses', 'issueTypes', 'assignees'] as const;
  for (const kind of kinds) await bms.lookups.list(kind);
  await bms.lookups.table('NoteType');
  await bms.rmm.integrations();
  await bms.rmm.isEnabled();
  await bms.copilot.settings();
  await bms.session.user();
}

/** Every RMM action, and both of BMS's job families; ids of jobs are longer than a number holds. */
async function runJobs({ bms, state }: RecordedBms, { assetId, assetName }: { assetId: number; assetName: string }) {
  const alert = [...state.world.tickets.values()].find(({ alertRefId, completedDate }) => alertRefId && !completedDate);
  const row = { transactionId: 'tx', alertRefId: alert?.alertRefId ?? '' };
  const { family, jobId } = await bms.rmm.submit('resolve_ticket', [{ ...row, resolutionNote: 'n' }]);
  t.equal((await bms.jobs.read(family, jobId))('tx')?.outcome, 'succeeded');
  t.notOk(Number.isSafeInteger(Number(jobId)));
  const organization = { name: named(state.world.tenant.accounts, 'Harbour Logistics').name };
  const opened = { ...row, organization, title: 't', details: 'd', openDate: new Date().toISOString() };
  await bms.rmm.submit('create_ticket', [
    { ...opened, alertRefId: 'new-1', assetName },
    { ...opened, alertRefId: 'new-2', assetName: null },
  ]);
  const job = await bms.rmm.submit('deactivate_asset', [{ transactionId: 'ty', assetId: String(assetId) }]);
  t.equal(job.family, 'assets');
  t.equal((await bms.jobs.read('assets', job.jobId))('ty')?.outcome, 'succeeded');
}

async function entry({ bms }: RecordedBms, kind: Parameters<RecordedBms['bms']['lookups']['list']>[0], name: string) {
  const found = (await bms.lookups.list(kind)).find((candidate) => candidate.name === name);
  if (!found) throw new Error(`the tenant has no ${kind} "${name}"`);
  return found;
}

async function mainOf({ bms }: RecordedBms, accountId: number) {
  const main = (await bms.crm.locations(accountId)).find(({ isMain }) => isMain);
  if (!main) throw new Error('no main location');
  return main;
}
