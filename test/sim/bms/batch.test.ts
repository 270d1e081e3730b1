import t from 'tap';
import { alertTickets, type Sim, startSim, tickets } from './support.ts';

const logOf = async (sim: Sim, jobId: string) => (await sim.call('GET', `${tickets}/logs/${jobId}`)).json;

t.test('a batch changes its tickets later, and none of its log lines marks an end', async (t) => {
  const sim = startSim(t);
  const [one, two] = alertTickets(sim);
  const PriorityId = await sim.idOf('system/priorities/lookup', 'Critical');
  const { json } = await sim.call('PATCH', tickets, { TargetedIds: [one?.id, 1, two?.id], PriorityId });
  t.match(json.result, /^\d{17,19}$/);
  t.same((await logOf(sim, json.result)).result, [], 'not begun');
  sim.pass(1_000);
  t.equal((await logOf(sim, json.result)).totalRecords, 1, 'begun');
  t.match(alertTickets(sim)[0], { priorityName: 'Medium' });
  sim.pass(1_000);
  const log = await logOf(sim, json.result);
  t.match(log.result, [{ type: 0 }, { type: 0 }, { type: 2, message: 'There is no ticket 1' }, { type: 0 }]);
  t.same(await logOf(sim, json.result), log, 'lines keep their ids');
  t.match(alertTickets(sim).slice(0, 2), [{ priorityName: 'Critical' }, { priorityName: 'Critical' }]);
  const { effects, refused } = sim.state.ledger();
  t.match(effects, [{ operation: `PATCH ${tickets}`, ticketId: one?.id, jobId: json.result }, { ticketId: two?.id }]);
  t.equal(refused.length, 1);
  const rmm = await sim.call('GET', `/v2/rmm/dattormm/tickets/status/${json.result}`);
  t.equal(rmm.json.success, false, 'the RMM family does not know it');
});

t.test('a subtype that does not belong to a ticket’s issue type fails its row', async (t) => {
  const sim = startSim(t);
  const [one] = alertTickets(sim);
  const hardware = sim.state.world.tenant.issueTypes.find(({ name }) => name === 'Hardware');
  const batch = { TargetedIds: [one?.id], SubIssueTypeId: hardware?.subTypes[0]?.id };
  const alone = await sim.call('PATCH', tickets, batch);
  const together = await sim.call('PATCH', tickets, { ...batch, IssueTypeId: hardware?.id });
  sim.pass(2_000);
  t.match((await logOf(sim, alone.json.result)).result, [{}, { type: 2, message: /SubIssueTypeId/ }]);
  t.match((await logOf(sim, together.json.result)).result, [{}, { type: 0 }]);
  const { json } = await sim.call('GET', `${tickets}/${one?.id}`);
  t.match(json.result, { issueTypeName: 'Hardware', subIssueTypeName: 'Disk' });
});

t.test('a merge moves the notes and closes its sources, within one account', async (t) => {
  const sim = startSim(t);
  const [target, stranger] = alertTickets(sim);
  const source = alertTickets(sim).find((one) => one.id !== target?.id && one.accountId === target?.accountId);
  const typeId = await sim.idOf('system/lookup/NoteType', 'General Note');
  const note = { Details: 'kept', IsInternal: true, TypeId: typeId, NoteDate: '2026-11-23T14:00:00Z' };
  await sim.call('POST', `${tickets}/${source?.id}/notes`, note);
  const merge = { DestinationTicketId: target?.id, SourceTicketIds: [source?.id, stranger?.id, target?.id] };
  const { json } = await sim.call('POST', `${tickets}/merge`, merge);
  sim.pass(2_000);
  const { result } = (await sim.call('GET', `/v2/system/batchAction/logs/${json.result.jobId}`)).json;
  t.same(
    result.map(({ type }: { type: number }) => type),
    [0, 0, 2, 2],
  );
  const find = (id: number | undefined) => sim.state.ledger().tickets.find((one) => one.id === id);
  t.match(find(target?.id)?.notes, [{ details: 'kept' }, { details: /^Merged from ticket/ }]);
  t.match(find(source?.id), { statusName: 'Closed', resolved: true });
  t.match(find(stranger?.id), { statusName: 'New' });
});

t.test('a batch without tickets or changes is refused', async (t) => {
  const sim = startSim(t);
  const id = alertTickets(sim)[0]?.id;
  for (const body of [{}, { TargetedIds: [] }, { TargetedIds: [id] }, { TargetedIds: [id], QueueId: null }]) {
    t.equal((await sim.call('PATCH', tickets, body)).json.success, false, JSON.stringify(body));
  }
  t.equal(
    (await sim.call('POST', `${tickets}/merge`, { DestinationTicketId: 1, SourceTicketIds: [id] })).json.success,
    false,
  );
  t.same(sim.state.ledger().jobs, []);
});
