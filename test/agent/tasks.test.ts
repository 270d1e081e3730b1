import t from 'tap';
import { named } from '../../sim/bms/tenant/named.ts';
import { recordedBms } from '../helpers/bms.ts';
import { conclude, playRun, taskOf } from '../helpers/play.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);

const listTickets = 'list_all_kaseya_bms_servicedesk_tickets';
const getTicket = 'get_single_kaseya_bms_servicedesk_ticket_by_id';
const searchAssets = 'list_all_kaseya_bms_hardwareasset_searchselects';
const getAsset = 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id';
const deactivate = 'update_a_kaseya_bms_assets_deactivate_by_id';
const resolve = 'create_a_kaseya_bms_resolve';
const resolveAlert = 'create_a_kaseya_bms_tickets_resolve';
const note = 'create_a_kaseya_bms_servicedesk_ticket_note';
const createTicket = 'create_a_kaseya_bms_servicedesk_ticket';
const assign = 'create_a_kaseya_bms_assignticket';

t.test('an offboarding task deactivates the laptop, closes the tickets and notifies the security people', async (t) => {
  const { bms, state } = await recordedBms(t, { seed: '11' });
  const { tenant, tickets } = state.world;
  const account = named(tenant.accounts, 'Northgate Legal LLP');
  const contact = named(account.contacts, 'Priya Raman');
  const laptop = [...tenant.assets.values()].find(({ contactId }) => contactId === contact.id);
  const asked = () => [...tickets.values()].filter((ticket) => ticket.contactId === contact.id);
  if (!laptop || asked().length === 0) throw new Error('the tenant has no such person');

  const run = await playRun({
    redis,
    bms,
    subject: taskOf('Offboard Priya Raman', { account: account.name }),
    defaults: { status: 'New' },
    turns: [
      () => [
        { name: searchAssets, args: { contact: 'Priya Raman' } },
        { name: listTickets, args: { contact: 'Priya Raman' } },
      ],
      (resultOf) => [
        { name: deactivate, args: { assetId: resultOf(searchAssets).data.assets[0].id } },
        ...resultOf(listTickets).data.tickets.flatMap(({ id }: { id: number }) => [
          { name: note, args: { ticketId: id, details: 'The user was offboarded.' } },
          { name: resolve, args: { ticketId: id, comment: 'Closed: the user was offboarded.' } },
        ]),
      ],
      () => [
        {
          name: createTicket,
          args: {
            title: 'Offboarding done',
            details: 'Revoke what is left.',
            queue: 'projects',
            assignee: 'Ines Marchetti',
          },
        },
      ],
      (resultOf) => [
        {
          name: note,
          args: { ticketId: resultOf(createTicket).data.id, details: 'Please check.', emailTo: ['Ines Marchetti'] },
        },
      ],
      () => [conclude('resolved')],
    ],
  });
  t.match(run.concluded, { disposition: 'resolved', by: 'model' });
  t.equal(laptop.isActive, false);
  t.equal([...tenant.assets.values()].filter(({ isActive }) => !isActive).length >= 1, true);
  t.ok(asked().every(({ completedDate }) => completedDate !== null));
  const opened = [...tickets.values()].find(({ title }) => title === 'Offboarding done');
  t.match(opened, { accountId: account.id, queue: { name: 'Projects' }, priority: { name: 'Medium' } });
});

t.test(
  'a task about a VIP ticket reads the notes of the ticket and moves it to a queue by the id from the lookup',
  async (t) => {
    const { bms, state } = await recordedBms(t, { seed: '12' });
    const ticket = [...state.world.tickets.values()].find(({ title }) => title.startsWith('VIP'));
    if (!ticket) throw new Error('no VIP ticket');
    const notes = 'list_all_kaseya_bms_servicedesk_ticket_notes';
    const queues = 'list_all_kaseya_bms_queues_lookups';
    const run = await playRun({
      redis,
      bms,
      subject: taskOf(`Review ticket #${ticket.ticketNumber}`, { ticketNumber: ticket.ticketNumber }),
      turns: [
        () => [
          { name: notes, args: { ticketId: ticket.id } },
          { name: queues, args: { name: 'tier 3' } },
        ],
        (resultOf) => [
          {
            name: assign,
            args: {
              ticketId: ticket.id,
              queue: resultOf(queues).data.queues[0].id,
              details: `Summary of ${resultOf(notes).data.notes.length} notes.`,
            },
          },
        ],
        (resultOf) => [conclude('escalated', [resultOf(notes).step, resultOf(assign).step])],
      ],
    });
    t.match(run.concluded, { disposition: 'escalated', ticket: { number: ticket.ticketNumber } });
    t.equal(ticket.queue?.name, 'Tier 3 Escalation');
  },
);

t.test('a task about a disk alert finds the ticket, reads the device and closes the alert by its job', async (t) => {
  const { bms, state } = await recordedBms(t, { seed: '13' });
  const ticket = [...state.world.tickets.values()].find(({ alertRefId }) => alertRefId !== null);
  const account = state.world.tenant.accounts.find(({ id }) => id === ticket?.accountId);
  if (!ticket || !account) throw new Error('no alert');
  const run = await playRun({
    redis,
    bms,
    subject: taskOf('Check the RMM queue for disk alerts', { account: account.name }),
    turns: [
      () => [{ name: listTickets, args: { title: 'Disk Usage' } }],
      (resultOf) => [
        { name: getTicket, args: { ticketId: resultOf(listTickets).data.tickets.at(-1).id } },
        { name: searchAssets, args: { assetName: resultOf(listTickets).data.tickets.at(-1).asset } },
      ],
      (resultOf) => [
        { name: getAsset, args: { assetId: resultOf(searchAssets).data.assets[0].id } },
        {
          name: resolveAlert,
          args: { alertRefId: resultOf(getTicket).data.ticket.alertRefId, resolutionNote: 'There is room again.' },
        },
      ],
      (resultOf) => [conclude('resolved', [resultOf(resolveAlert).step])],
    ],
  });
  t.match(run.concluded, { disposition: 'resolved', reason: /verified: RMM job \d+/ });
});

t.test('a task that names an unknown customer ends as inconclusive without a call to the model', async (t) => {
  const { bms } = await recordedBms(t, { seed: '14' });
  const about = { account: 'Northgate' };
  const run = await playRun({ redis, bms, subject: taskOf('Close everything', about), turns: [] });
  t.match(run.concluded, { disposition: 'inconclusive', reason: /no account named "Northgate"/, by: 'service' });
});

t.test('a task that names one account may not touch a ticket of another account', async (t) => {
  const { bms, state } = await recordedBms(t, { seed: '15' });
  const ticket = [...state.world.tickets.values()].find(({ title }) => title.startsWith('VIP'));
  const about = { account: 'Harbour Logistics', ticketNumber: ticket?.ticketNumber ?? '' };
  const run = await playRun({ redis, bms, subject: taskOf('Close it', about), turns: [] });
  t.match(run.concluded, { disposition: 'inconclusive', reason: /belongs to "Northgate Legal LLP"/ });
});
