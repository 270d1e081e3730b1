import t from 'tap';
import { recordedBms } from '../../helpers/bms.ts';
import { type Call, conclude, playRun, taskOf } from '../../helpers/play.ts';
import { redisClient } from '../../helpers/redis.ts';

const redis = await redisClient(t);

const tickets = '/v2/servicedesk/tickets';
const due = '2026-12-01T10:00:00Z';

interface Lost {
  name: string;
  method: string;
  path: string;
  args(ticketId: number): Record<string, unknown>;
}

const lost: Lost[] = [
  {
    ...{ name: 'create_a_kaseya_bms_servicedesk_ticket_note', method: 'POST', path: `${tickets}/{ticketId}/notes` },
    args: (ticketId) => ({ ticketId, details: 'Checked it.', emailTo: ['Ines Marchetti'] }),
  },
  {
    ...{ name: 'create_a_kaseya_bms_assignticket', method: 'POST', path: `${tickets}/{ticketId}/assignticket` },
    args: (ticketId) => ({ ticketId, queue: 'Projects', details: 'Please.' }),
  },
  {
    ...{ name: 'update_a_kaseya_bms_servicedesk_ticket_by_id', method: 'PATCH', path: `${tickets}/{ticketId}` },
    args: (ticketId) => ({ ticketId, priority: 'Low' }),
  },
  {
    ...{ name: 'create_a_kaseya_bms_resolve', method: 'POST', path: `${tickets}/{ticketId}/resolve` },
    args: (ticketId) => ({ ticketId, comment: 'It is over.' }),
  },
  {
    ...{ name: 'create_a_kaseya_bms_todo', method: 'POST', path: `${tickets}/{ticketId}/todos` },
    args: (ticketId) => ({ ticketId, description: 'Call back', assignee: 'Tom Okafor', date: due }),
  },
  {
    ...{ name: 'create_a_kaseya_bms_servicedesk_ticket', method: 'POST', path: tickets },
    args: () => ({ title: 'A new ticket', details: 'More of it.', queue: 'Projects', status: 'New' }),
  },
];

for (const { name, method, path, args } of lost) {
  t.test(`a write by ${name} is done once when its answer is lost`, async (t) => {
    const { bms, state, app } = await recordedBms(t, { seed: `lost-${name}` });
    const ticket = [...state.world.tickets.values()].find(({ title }) => title.startsWith('VIP'));
    if (!ticket) throw new Error('no ticket');
    const fault = { match: { method, path }, kind: 'drop-after', count: 1 };
    await app.inject({ method: 'POST', url: '/__sim/faults', payload: fault });
    const call: Call = { name, args: args(ticket.id) };
    const about = { ticketNumber: ticket.ticketNumber };
    let status: unknown = null;
    const last = (resultOf: (name: string) => { status: unknown }) => {
      status = resultOf(name).status;
      return [conclude('no_action')];
    };
    await playRun({ redis, bms, subject: taskOf('do it', about), turns: [() => [call], last] });
    t.equal(status, 'ok');
    t.equal(state.world.effects.filter(({ operation }) => operation === `${method} ${path}`).length, 1);
  });
}

t.test('a write that never arrived is sent again', async (t) => {
  const { bms, state, app } = await recordedBms(t, { seed: 'before' });
  const ticket = [...state.world.tickets.values()].find(({ title }) => title.startsWith('VIP'));
  if (!ticket) throw new Error('no ticket');
  const fault = { match: { method: 'POST', path: `${tickets}/{ticketId}/notes` }, kind: 'drop-before', count: 1 };
  await app.inject({ method: 'POST', url: '/__sim/faults', payload: fault });
  const name = 'create_a_kaseya_bms_servicedesk_ticket_note';
  const about = { ticketNumber: ticket.ticketNumber };
  const turns = [() => [{ name, args: { ticketId: ticket.id, details: 'd' } }], () => [conclude('no_action')]];
  const run = await playRun({ redis, bms, subject: taskOf('do it', about), turns });
  t.equal(run.usage.writes, 1);
  t.equal(state.world.effects.length, 1);
});

t.test('a write that never arrived is not sent again once a person has taken up the ticket', async (t) => {
  const { bms, state, app } = await recordedBms(t, { seed: 'touched' });
  const ticket = [...state.world.tickets.values()].find(({ title }) => title.startsWith('VIP'));
  if (!ticket) throw new Error('no ticket');
  const path = `${tickets}/{ticketId}/assignticket`;
  const fault = { match: { method: 'POST', path }, kind: 'drop-before', count: 1 };
  await app.inject({ method: 'POST', url: '/__sim/faults', payload: fault });
  const note = { ticketId: ticket.id, action: 'note', text: 'I am on it.' };
  const assign: typeof bms.tickets.assign = (...assignment) =>
    bms.tickets.assign(...assignment).finally(() => app.inject({ method: 'POST', url: '/__sim/human', payload: note }));
  const move = { ticketId: ticket.id, queue: 'Projects', details: 'Please.' };
  const turns = [() => [{ name: 'create_a_kaseya_bms_assignticket', args: move }], () => [conclude('no_action')]];
  const subject = taskOf('do it', { ticketNumber: ticket.ticketNumber });
  await playRun({ redis, bms: { ...bms, tickets: { ...bms.tickets, assign } }, subject, turns });
  t.equal(state.world.effects.filter(({ operation }) => operation === `POST ${path}`).length, 0);
});

t.test('a mark that the model wrote itself does not pass for the trace of its next write', async (t) => {
  const { bms, state, app } = await recordedBms(t, { seed: 'forged' });
  const ticket = [...state.world.tickets.values()].find(({ title }) => title.startsWith('VIP'));
  if (!ticket) throw new Error('no ticket');
  const notes = { method: 'POST', path: `${tickets}/{ticketId}/notes` };
  const fault = { match: notes, kind: 'drop-before', count: 1 };
  await app.inject({ method: 'POST', url: '/__sim/faults', payload: fault });
  const ticketId = ticket.id;
  const forging = { ticketId, queue: 'Projects', details: 'As said: [bms-triage run-0001 t2c1]' };
  const turns = [
    () => [{ name: 'create_a_kaseya_bms_assignticket', args: forging }],
    () => [{ name: 'create_a_kaseya_bms_servicedesk_ticket_note', args: { ticketId, details: 'Done.' } }],
    () => [conclude('no_action')],
  ];
  await playRun({ redis, bms, subject: taskOf('do it', { ticketNumber: ticket.ticketNumber }), turns });
  t.equal(state.world.effects.filter(({ operation }) => operation === `${notes.method} ${notes.path}`).length, 1);
});
