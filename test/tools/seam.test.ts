import t from 'tap';
import { RetryableError } from '../../src/domain/errors.ts';
import { fold } from '../../src/domain/fold.ts';
import type { Entry, EntryBody, Mode, Scope, Subject } from '../../src/domain/journal.ts';
import type { Bms } from '../../src/kaseya/bms.ts';
import { createJournals, type OwnedJournal } from '../../src/store/journal.ts';
import { createTools } from '../../src/tools/bms/index.ts';
import { type Guard, pass, passGuards, refuseWith } from '../../src/tools/guard.ts';
import { keyOf } from '../../src/tools/ledger.ts';
import { advanceCall } from '../../src/tools/seam.ts';
import { noDefaults, type RecordedBms, recordedBms } from '../helpers/bms.ts';
import { alert, asked } from '../helpers/entries.ts';
import { taskOf } from '../helpers/play.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const deactivate = 'update_a_kaseya_bms_assets_deactivate_by_id';
const assign = 'create_a_kaseya_bms_assignticket';
const readTicket = 'get_single_kaseya_bms_servicedesk_ticket_by_id';

const redis = await redisClient(t);
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
let runs = 0;

interface Setting {
  subject?: 'alert' | 'task';
  mode?: Mode;
  /** How many writes the model may make. */
  writes?: number;
  /** Stands in for parts of the upstream. */
  changed?(client: RecordedBms, journal: OwnedJournal): Bms;
}

/** A run of its own on a simulated BMS and a journal in Redis. It is about a ticket of a device, and may use every tool. */
async function startRun(t: Parameters<typeof recordedBms>[0], setting: Setting = {}) {
  const { subject: kind = 'alert', mode = 'auto', writes = 10 } = setting;
  const client = await recordedBms(t);
  const { world } = client.state;
  const ticket = [...world.tickets.values()].find(({ alertRefId, assetId }) => alertRefId !== null && assetId !== null);
  const asset = world.tenant.assets.get(Number(ticket?.assetId));
  const foreign = [...world.tickets.values()].find(({ accountId }) => accountId !== ticket?.accountId);
  if (!ticket || !asset || !foreign) throw new Error('the tenant does not hold what the test needs');
  const { id, ticketNumber: number, title, modifiedOn, occurrenceCount: occurrences } = ticket;
  const scope: Scope = {
    account: { id: ticket.accountId, name: 'A' },
    asset: { id: asset.id, name: asset.name },
    ticket: { ...{ id, number, title, modifiedOn, occurrences }, statusId: 1, status: '', details: '' },
    otherTickets: [],
    reason: null,
  };
  const subject: Subject = kind === 'task' ? taskOf('do it', {}) : { kind: 'alert', incidentId: 'i1', alert };
  runs += 1;
  const journal = await journals.own(`seam-${runs}`);
  await journal.append({ type: 'queued', subject, mode, retryOf: null });
  const bms = setting.changed?.(client, journal) ?? client.bms;
  const tools = createTools({ bms, defaults: noDefaults, kaseyaOne: null });
  const deps = {
    ...journal,
    tools: new Map(tools.map((tool) => [tool.name, tool])),
    budget: { writes },
    touchReads: bms.tickets,
    ...{ freshMs: 0, jobDeadlineMs: 60_000, readBackMs: 60_000, absentAfterMs: 60_000, now: ports.now },
  };
  let calls = 0;

  /** The model makes a call; the answer is what the call added to the journal, and what it asked of BMS. */
  const call = async (name: string, args: unknown) => {
    calls += 1;
    const callId = `t${calls}c1`;
    await journal.append(asked({ id: callId, name, arguments: JSON.stringify(args) }));
    const state = fold(await journal.read());
    const open = state.calls.get(callId);
    if (!open) throw new Error('the call is not in the journal');
    client.exchanges.length = 0;
    const context = { runId: journal.runId, callId, state, scope };
    const thrown: unknown = await advanceCall(open, context, deps).then(
      () => null,
      (error: unknown) => error,
    );
    const entries = (await journal.read()).slice(state.length);
    const requests = client.exchanges.map(({ request }) => request);
    return { entries, requests, effects: world.effects.length, thrown };
  };
  const human = (text: string) =>
    client.app.inject({ method: 'POST', url: '/__sim/human', payload: { ticketId: id, action: 'note', text } });
  return { call, human, journal, ticketId: id, foreignTicketId: foreign.id, asset };
}

type Step = { entries: Entry[]; requests: unknown[]; effects: number };

/** The call ended with this refusal and nothing else, and BMS is as it was. */
function refusedWith(t: Tap, code: string, { entries, effects }: Step, effectsBefore = 0) {
  t.match(entries, [{ type: 'call_refused', code }]);
  t.equal(entries.length, 1, 'the refusal is all that the call wrote');
  t.equal(effects, effectsBefore, 'nothing changed in BMS');
}
type Tap = Pick<typeof t, 'match' | 'equal'>;

const move = (ticketId: number, queue = 'Projects') => ({ ticketId, queue, details: 'Please.' });

t.test('a call with a wrong shape and outside the scope is refused for its shape', async (t) => {
  const { call, foreignTicketId } = await startRun(t);
  const step = await call(assign, { ...move(foreignTicketId), nonsense: true });
  refusedWith(t, 'invalid_arguments', step);
  t.same(step.requests, []);
});

t.test('a call outside the scope that policy forbids is refused for its scope', async (t) => {
  const { call } = await startRun(t);
  const step = await call(deactivate, { assetId: 1 });
  refusedWith(t, 'out_of_scope', step);
  t.same(step.requests, []);
});

t.test('a forbidden call that could not be prepared is denied before any request goes upstream', async (t) => {
  const { call, asset } = await startRun(t);
  asset.isActive = false;
  const step = await call(deactivate, { assetId: asset.id });
  refusedWith(t, 'denied', step);
  t.same(step.requests, []);
});

t.test("a destructive call is denied to an alert's run in observe mode too, and described to a task", async (t) => {
  const ofAlert = await startRun(t, { mode: 'observe' });
  refusedWith(t, 'denied', await ofAlert.call(deactivate, { assetId: ofAlert.asset.id }));
  const ofTask = await startRun(t, { mode: 'observe', subject: 'task' });
  const { entries, effects } = await ofTask.call(deactivate, { assetId: ofTask.asset.id });
  t.match(entries, [{ type: 'write_done', outcome: 'described', data: { assetId: ofTask.asset.id } }]);
  t.equal(entries.length, 1);
  t.equal(effects, 0);
});

t.test("a destructive call is made for a person's task in auto mode", async (t) => {
  const { call, asset } = await startRun(t, { subject: 'task' });
  const { entries } = await call(deactivate, { assetId: asset.id });
  t.match(entries, [{ type: 'write_intended', tool: deactivate, batch: 'deactivate_asset' }]);
});

t.test('a write that observe mode would describe is refused first when a name in it is unknown', async (t) => {
  const { call, ticketId } = await startRun(t, { mode: 'observe' });
  refusedWith(t, 'unknown_name', await call(assign, move(ticketId, 'No such queue')));
  const { entries } = await call(assign, move(ticketId));
  t.match(entries, [{ type: 'write_done', outcome: 'described', data: { ticketId, queue: 'Projects' } }]);
});

t.test(
  'a duplicate in observe mode is described, as policy is asked about prepared arguments before the ledger',
  async (t) => {
    const { call, journal, ticketId } = await startRun(t, { mode: 'observe' });
    const first = await call(assign, move(ticketId));
    const [described] = first.entries;
    if (described?.type !== 'write_done') throw new Error('not described');
    const args = described.data;
    const earlier = { callId: 'other', tool: assign, args, writeKey: keyOf(assign, args), marker: 'm', batch: null };
    await journal.append(asked({ id: 'other', name: assign }));
    await journal.append({ type: 'write_intended', ...earlier });
    t.match((await call(assign, move(ticketId))).entries, [{ type: 'write_done', outcome: 'described' }]);
  },
);

t.test('a write whose names are unknown is refused for them when it would also be over the write budget', async (t) => {
  const { call, ticketId } = await startRun(t, { writes: 0 });
  refusedWith(t, 'unknown_name', await call(assign, move(ticketId, 'No such queue')));
});

t.test('a duplicate that is over the write budget is refused as a duplicate', async (t) => {
  const { call, ticketId } = await startRun(t, { writes: 1 });
  t.match((await call(assign, move(ticketId))).entries, [{ type: 'write_intended' }, { outcome: 'done' }]);
  refusedWith(t, 'already_written', await call(assign, move(ticketId)), 1);
});

t.test('a write over its budget to a ticket that a person has taken up is refused for the budget', async (t) => {
  const { call, human, ticketId } = await startRun(t, { writes: 0 });
  await human('I am on it.');
  const step = await call(assign, move(ticketId));
  refusedWith(t, 'budget_writes', step);
});

t.test('a write to a ticket that a person has taken up is refused before its intent is in the ledger', async (t) => {
  const { call, human, ticketId } = await startRun(t);
  await human('I am on it.');
  const { entries, effects } = await call(assign, move(ticketId));
  t.match(entries, [
    { type: 'person_touched', ticketId },
    { type: 'call_refused', code: 'person_touched' },
  ]);
  t.equal(entries.length, 2);
  t.equal(effects, 0);
});

t.test('the intent of a write is in the ledger when its request goes out', async (t) => {
  let before: EntryBody[] = [];
  const { call, ticketId } = await startRun(t, {
    changed: ({ bms }, journal) => ({
      ...bms,
      tickets: {
        ...bms.tickets,
        assign: async (...assignment) => {
          before = await journal.read();
          return bms.tickets.assign(...assignment);
        },
      },
    }),
  });
  const { entries, effects } = await call(assign, move(ticketId));
  t.match(before.at(-1), { type: 'write_intended', tool: assign });
  t.match(entries, [{ type: 'write_intended' }, { type: 'write_done', outcome: 'done' }]);
  t.equal(effects, 1);
});

t.test('a write that gets no rate budget has its intent in the ledger and is recorded as not sent', async (t) => {
  const { call, ticketId } = await startRun(t, {
    changed: ({ bms }) => ({
      ...bms,
      tickets: {
        ...bms.tickets,
        assign: () => Promise.reject(new RetryableError('rate_limited', 'wait', { retryAfterMs: 1_000 })),
      },
    }),
  });
  const { entries, effects, thrown } = await call(assign, move(ticketId));
  t.match(entries, [{ type: 'write_intended' }, { type: 'write_done', outcome: 'not_sent' }]);
  t.match(thrown, { code: 'rate_limited' });
  t.equal(effects, 0);
});

t.test('a read passes schema, scope and policy, and then goes upstream', async (t) => {
  const { call, ticketId, foreignTicketId } = await startRun(t, { mode: 'observe', writes: 0 });
  refusedWith(t, 'invalid_arguments', await call(readTicket, { ticketId: foreignTicketId, nonsense: true }));
  const outside = await call(readTicket, { ticketId: foreignTicketId });
  refusedWith(t, 'out_of_scope', outside);
  t.same(outside.requests, []);
  const { entries, requests } = await call(readTicket, { ticketId });
  t.match(entries, [{ type: 'read_done', data: { ticket: { id: ticketId } } }]);
  t.equal(requests.length, 1);
});

t.test('a call of a tool that does not exist is refused with the names of those that do', async (t) => {
  const { call } = await startRun(t);
  const step = await call('no_such_tool', {});
  refusedWith(t, 'unknown_tool', step);
  t.match(step.entries, [{ message: new RegExp(assign) }]);
});

t.test('the first verdict of a guard other than a pass stands, and no later guard is asked', async (t) => {
  const askedGuards: string[] = [];
  const guard =
    (name: string, answer: Guard): Guard =>
    (...given) => {
      askedGuards.push(`${name} ${given[0].args}`);
      return answer(...given);
    };
  const order = [
    guard('changes', () => pass({ args: 'new' })),
    guard('waits', () => ({ kind: 'wait', until: 7 })),
    guard('refuses', () => refuseWith('late', 'too late')),
  ];
  const verdict = await passGuards({ args: 'old' } as never, {} as never, {} as never, order);
  t.same(verdict, { kind: 'wait', until: 7 });
  t.same(askedGuards, ['changes old', 'waits new']);
});
