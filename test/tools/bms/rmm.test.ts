import t from 'tap';
import { fold } from '../../../src/domain/fold.ts';
import type { EntryBody } from '../../../src/domain/journal.ts';
import { rmmTools } from '../../../src/tools/bms/rmm.ts';
import type { ToolContext } from '../../../src/tools/tool.ts';
import { recordedBms } from '../../helpers/bms.ts';
import { asked, finished, intended, journalOf, queued, resolveTool, scope, submitted } from '../../helpers/entries.ts';

const name = 'create_a_kaseya_bms_rmm_ticket';

t.test('a run opens one ticket for its alert, however the model words the request', async (t) => {
  const { bms } = await recordedBms(t);
  const tool = rmmTools(bms).find((candidate) => candidate.name === name);
  const after = (...entries: EntryBody[]): ToolContext => {
    const begun = [queued, asked({ id: 't1c1', name }, { id: 't1c2', name })];
    const state = fold(journalOf(...begun, ...entries));
    return { runId: 'r1', callId: 't1c2', state, scope: { ...scope, ticket: null } };
  };
  const outside = (context: ToolContext) => tool?.outside({ title: 'other', details: 'words' } as never, context);
  const sent = [{ ...intended('t1c1', 'create_ticket'), tool: name }, submitted('t1c1')];
  t.equal(outside(after()), null);
  t.match(outside(after(...sent)), { code: 'ticket_exists' }, 'the first ticket is under way');
  t.match(outside(after(...sent, finished('t1c1', 'succeeded'))), { code: 'ticket_exists' });
  t.match(outside(after(...sent, finished('t1c1', 'unknown'))), { code: 'ticket_exists' });
  t.equal(outside(after(...sent, finished('t1c1', 'failed'))), null, 'no ticket was opened');
});

const trace = { marker: '[bms-triage aaaaaaaa t1c1]', transactionId: 'r1.t1c1' };

t.test('the read-back of a lost resolve claims only a ticket that carries our mark', async (t) => {
  const { bms, state, app } = await recordedBms(t);
  const tool = rmmTools(bms).find((candidate) => candidate.name === resolveTool);
  if (tool?.effect === 'read' || !tool) throw new Error('no tool');
  const [ours, theirs] = [...state.world.tickets.values()].filter(({ alertRefId }) => alertRefId !== null);
  if (!ours?.alertRefId || !theirs) throw new Error('no tickets');
  const context = { ...{ runId: 'r1', callId: 't1c1', scope }, state: fold(journalOf(queued)) };
  const readBack = (ticketId: number) => tool.readBack({ ticketId } as never, trace, context);
  t.equal(await readBack(ours.id), 'pending');
  const row = { transactionId: 'x', alertRefId: ours.alertRefId, resolutionNote: `Over.\n\n${trace.marker}` };
  await bms.rmm.submit('resolve_ticket', [row]);
  t.match(await readBack(ours.id), { kind: 'done' });
  await app.inject({ method: 'POST', url: '/__sim/human', payload: { ticketId: theirs.id, action: 'resolve' } });
  t.match(await readBack(theirs.id), { kind: 'as_wanted', ticket: { id: theirs.id } });
});

t.test('a new ticket whose answer was lost is found by account, title and mark even without an asset', async (t) => {
  const { bms, state } = await recordedBms(t);
  const tool = rmmTools(bms).find((candidate) => candidate.name === name);
  if (tool?.effect === 'read' || !tool) throw new Error('no tool');
  const [account] = state.world.tenant.accounts.filter(({ isActive }) => isActive);
  if (!account) throw new Error('no account');
  const own = { ...scope, account: { id: account.id, name: account.name }, ticket: null };
  const context = { ...{ runId: 'r1', callId: 't1c1', scope: own }, state: fold(journalOf(queued)) };
  const args = { alertRefId: 'uid-9', assetName: null, title: 'Site is offline' };
  const readBack = () => tool.readBack(args as never, trace, context);
  t.equal(await readBack(), 'pending');
  const row = { ...args, organization: { name: account.name }, openDate: '2026-11-25T10:00:00Z' };
  await bms.rmm.submit('create_ticket', [{ ...row, transactionId: 'x', details: 'Of another run.' }]);
  t.equal(await readBack(), 'pending', 'the ticket for the alert does not carry our mark');
  const mine = { ...row, alertRefId: 'uid-9', transactionId: 'y', details: `Down.\n\n${trace.marker}` };
  const [other] = [...state.world.tickets.values()].slice(-1);
  if (other) state.world.tickets.delete(other.id);
  await bms.rmm.submit('create_ticket', [mine]);
  t.match(await readBack(), { kind: 'done', ticket: {} });
});
