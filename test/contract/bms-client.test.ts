import t from 'tap';
import { defaultOptions } from '../../sim/bms/options.ts';
import { readyLine } from '../../sim/bms/ready-line.ts';
import { createBms } from '../../sim/bms/server.ts';
import { createBmsOver } from '../../src/kaseya/bms.ts';
import { createTransport, type Request, type Transport } from '../../src/kaseya/transport.ts';
import { readDescription } from '../helpers/description.ts';

const description = readDescription();
const skip =
  description === null &&
  "KASEYA_OPENAPI names no copy of Kaseya's description: it is at https://api.bms.kaseya.com/swagger/v2/swagger.json";

/** The client on the simulated BMS, over HTTP, with every request it sends written down. */
async function recordedClient() {
  const { app, state } = createBms({ ...defaultOptions, seed: '3', jobSeconds: { min: 0, max: 0 } });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const { url, username, password, tenant, integrationType } = readyLine(app, state);
  const permit = { answered: async () => {}, unused: async () => {} };
  const transport = createTransport({
    baseUrl: url,
    credentials: { username, password, tenant },
    bucket: { acquire: async () => permit },
    timeoutMs: 5_000,
    signal: new AbortController().signal,
  });
  const sent: Request[] = [];
  const recording: Transport = {
    call(request) {
      sent.push(request);
      return transport.call(request);
    },
  };
  const lookupTables = { noteTypes: 'NoteType', ticketTypes: 'TicketType', ticketSources: 'TicketSource' };
  const bms = createBmsOver(recording, { integrationType, lookupTables, lookupTtlMs: 60_000 });
  return { sent, ...bms };
}

t.test(
  "every request the client can send fits Kaseya's description, and the simulator takes it",
  { skip },
  async (t) => {
    const { sent, tickets, assets, lookups, rmm, jobs } = await recordedClient();
    const { rows } = await tickets.list({
      title: 'Disk',
      excludeCompleted: true,
      statusNames: 'New,In Progress',
      queueNames: 'Service Desk',
      pageSize: 100,
    });
    const [row] = rows;
    if (!row?.accountId || !row.hardwareAssetName || !row.hardwareAssetId) throw new Error('no ticket with an asset');
    await tickets.list({
      accountId: row.accountId,
      hardwareAssetName: row.hardwareAssetName,
      ticketNumber: row.ticketNumber,
      priorityNames: 'High',
      pageNumber: 2,
    });
    const ticket = await tickets.get(row.id);
    const noteType = (await lookups.list('noteTypes')).find(({ isActive }) => isActive);
    const queue = (await lookups.list('queues')).find(({ isActive }) => isActive);
    await lookups.list('priorities');
    await lookups.list('statuses');
    if (!noteType || !queue) throw new Error('no lookups');
    await tickets.addNote(row.id, { details: 'd', isInternal: true, typeId: noteType.id });
    await tickets.assign(row.id, { queueId: queue.id, statusId: row.statusId, noteTypeId: noteType.id, details: 'd' });
    t.equal((await tickets.notes(row.id)).rows.length, 2);
    await assets.search({ assetName: row.hardwareAssetName, accountId: row.accountId });
    await assets.get(row.hardwareAssetId);
    const alertRefId = ticket.rmmTicketReference ?? '';
    const { family, jobId } = await rmm.submit('resolve_ticket', [
      { transactionId: 'tx', alertRefId, resolutionNote: 'n' },
    ]);
    const verdict = await jobs.look(family, { jobId, transactionId: 'tx' });
    t.match(verdict, { outcome: 'succeeded', ticket: { id: row.id } });
    const organization = { name: row.accountName ?? '' };
    const opened = {
      transactionId: 'ty',
      alertRefId: 'new',
      organization,
      title: 't',
      details: 'd',
      openDate: new Date().toISOString(),
    };
    await rmm.submit('create_ticket', [
      { ...opened, assetName: row.hardwareAssetName },
      { ...opened, assetName: null },
    ]);

    for (const request of sent)
      t.same(description?.requestMisfits(request), [], `${request.method} ${request.template}`);
    const operations = new Set(sent.map(({ method, template }) => `${method} ${template}`));
    t.equal(operations.size, 14, 'operations covered');
    t.comment(`${operations.size} operations: ${[...operations].join(', ')}`);
  },
);
