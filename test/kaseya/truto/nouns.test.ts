import t, { type Test } from 'tap';
import { type Bms, createBmsOver } from '../../../src/kaseya/bms.ts';
import type { Transport } from '../../../src/kaseya/transport.ts';
import { ports } from '../../helpers/ports.ts';
import { startUpstream } from './support.ts';

const nounsOver = (transport: Transport, integrationType: string): Bms =>
  createBmsOver(transport, {
    ...ports,
    integrationType,
    lookupTables: { noteTypes: 'NoteType', ticketTypes: 'TicketType', ticketSources: 'TicketSource' },
    lookupTtlMs: 60_000,
  });

/** What triage does to a ticket, from finding it to the job that closes it. */
async function triageOneTicket(t: Test, { tickets, assets, lookups, rmm, jobs, crm }: Bms): Promise<void> {
  const { rows } = await tickets.list({ title: 'Disk', excludeCompleted: true, pageSize: 5 });
  const [row] = rows;
  if (!row?.accountId || !row.hardwareAssetId || !row.hardwareAssetName) throw new Error('no ticket with an asset');
  const ticket = await tickets.get(row.id);
  t.match(ticket, { id: row.id, rmmTicketReference: String });
  t.match(await assets.get(row.hardwareAssetId), { name: row.hardwareAssetName, agentId: String });
  t.equal((await assets.search({ assetName: row.hardwareAssetName, accountId: row.accountId })).rows.length, 1);
  t.ok((await crm.locations(row.accountId)).length > 0);
  t.match(await tickets.sla(row.id), { slaName: String });

  const [noteType] = await lookups.list('noteTypes');
  const queue = (await lookups.list('queues')).find(({ name }) => name.startsWith('Tier 3'));
  if (!noteType || !queue) throw new Error('no lookups');
  const note = { details: 'seen', isInternal: true, typeId: noteType.id };
  t.match(await tickets.addNote(row.id, note), { id: Number, details: 'seen' });
  await tickets.assign(row.id, { queueId: queue.id, statusId: row.statusId, noteTypeId: noteType.id, details: 'up' });
  t.equal((await tickets.get(row.id)).queueName, queue.name);
  t.ok((await tickets.notes(row.id)).rows.some(({ details }) => details === 'up'));

  const alertRefId = ticket.rmmTicketReference ?? '';
  const resolution = { transactionId: 'tx', alertRefId, resolutionNote: 'room again' };
  const { family, jobId } = await rmm.submit('resolve_ticket', [resolution]);
  t.match(jobId, /^\d{17,}$/, 'digits, all of them');
  t.match((await jobs.read(family, jobId))('tx'), { outcome: 'succeeded', ticket: { id: row.id } });
  t.ok((await tickets.get(row.id)).completedDate);

  const asset = await assets.get(row.hardwareAssetId);
  const inactive = await rmm.submit('deactivate_asset', [{ transactionId: 'ty', assetId: asset.agentId ?? '' }]);
  t.match((await jobs.read(inactive.family, inactive.jobId))('ty'), { outcome: 'succeeded' });
}

t.test(
  'the same client does the same work on BMS itself and through Truto, whichever way Truto wraps answers',
  async (t) => {
    const ledgers: unknown[] = [];
    for (const way of ['direct', 'plain', 'envelope'] as const) {
      await t.test(`a ticket is triaged over the way "${way}"`, async (t) => {
        const { state, ready, direct, truto } = await startUpstream(t);
        await triageOneTicket(t, nounsOver(way === 'direct' ? direct() : truto(way), ready.integrationType));
        ledgers.push(
          state.ledger().effects.map(({ operation, ticketId, alertRefId, transactionId }) => ({
            operation,
            ticketId,
            alertRefId,
            transactionId,
          })),
        );
      });
    }
    t.equal((ledgers[0] as unknown[]).length, 4);
    t.same(ledgers[1], ledgers[0], 'the same effects');
    t.same(ledgers[2], ledgers[0], 'the same effects');
  },
);

t.test('the pages that we ask for are cut out of cursors with pages of another size', async (t) => {
  const { direct, truto, ready } = await startUpstream(t, { tickets: 75 });
  const pagesOver = async (transport: Transport) => {
    const { tickets } = nounsOver(transport, ready.integrationType);
    const idsOf = async (pageNumber: number) =>
      (await tickets.list({ pageNumber, pageSize: 40 })).rows.map(({ id }) => id);
    return [await idsOf(1), await idsOf(2), await idsOf(3)];
  };
  const expected = await pagesOver(direct());
  t.equal(expected[0]?.length, 40);
  for (const kind of ['plain', 'envelope'] as const) t.same(await pagesOver(truto(kind)), expected, kind);
});

t.test('an operation that the Truto account does not offer is refused by name, with the setting for it', async (t) => {
  const { truto, ready, state } = await startUpstream(t);
  const operations = { 'GET /v2/servicedesk/tickets': { resource: 'elsewhere', method: 'list' } };
  const transport = truto('plain', { operations });
  const missing = await transport.operations.missing();
  t.ok(missing.includes('GET /v2/servicedesk/tickets'));
  const { tickets } = nounsOver(transport, ready.integrationType);
  await t.rejects(tickets.list({}), {
    ...{ code: 'unsupported', effect: 'none' },
    message: /GET \/v2\/servicedesk\/tickets.*truto\.operations/,
  });
  const unknown = transport.call({ method: 'POST', template: '/v2/servicedesk/tickets/merge', body: {} });
  await t.rejects(unknown, { code: 'unsupported' });
  t.equal(state.ledger().requests.total, 0, 'nothing reached BMS');
});

t.test("a key that Truto's schemas do not know is refused, never dropped", async (t) => {
  const { truto, state } = await startUpstream(t);
  const transport = truto();
  const query = { 'Filter.Colour': 'red', PageNumber: 1, PageSize: 10 };
  await t.rejects(transport.call({ method: 'GET', template: '/v2/servicedesk/tickets', query }), {
    ...{ code: 'unsupported', message: /Filter\.Colour/ },
  });
  const note = {
    method: 'POST',
    template: '/v2/servicedesk/tickets/{ticketId}/notes',
    params: { ticketId: 1 },
  } as const;
  await t.rejects(transport.call({ ...note, body: { Details: 'd', Colour: 'red' } }), { code: 'unsupported' });
  const rows = [{ TransactionId: 'a', Colour: 'red' }];
  const resolve = {
    method: 'POST',
    template: '/v2/rmm/{integrationType}/tickets/resolve',
    params: { integrationType: 'x' },
  } as const;
  await t.rejects(transport.call({ ...resolve, body: rows }), { code: 'unsupported' });
  t.equal(state.ledger().requests.total, 0);
});
