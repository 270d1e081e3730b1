import t from 'tap';
import { type Ledger, type LedgerTicket, resolveOperation } from '../../harness/sim-client.ts';
import { dattoAlert, type ServiceClient, type Stack, type StackOptions, startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import { privateRedis } from '../helpers/redis.ts';

interface Test {
  teardown(run: () => unknown): void;
}

async function stackFor(t: Test, options: Partial<StackOptions> = {}): Promise<Stack> {
  const redis = await privateRedis(t);
  const stack = await startStack({ redis, simFlags: ['--seed', '7', '--job-seconds', '1'], ...options });
  t.teardown(() => stack.stop());
  return stack;
}

const openTickets = ({ tickets }: Ledger) =>
  tickets.filter(({ alertRefId, resolved }) => alertRefId !== null && !resolved);
const effectsOn = (ledger: Ledger, ticket: LedgerTicket, operation: string) =>
  ledger.effects.filter(
    (effect) =>
      effect.operation === operation && (effect.alertRefId === ticket.alertRefId || effect.ticketId === ticket.id),
  );
const resolvesOf = (ledger: Ledger, ticket: LedgerTicket) => effectsOn(ledger, ticket, resolveOperation).length;

async function firstRun(client: ServiceClient, ticket: LedgerTicket) {
  const id = await waitFor('the run', async () => (await client.alerts(ticket.alertRefId ?? ''))[0]?.runId);
  return {
    id,
    ended: () =>
      waitFor(
        'the end of the run',
        async () => ((run) => run.state === 'concluded' && run)(await client.run(id)),
        60_000,
      ),
  };
}

t.test(
  'a run whose worker is killed while an RMM job is pending finishes after a restart, with one resolve',
  async (t) => {
    const stack = await stackFor(t, { simFlags: ['--seed', '8', '--job-seconds', '4'] });
    const server = await stack.start('server');
    const worker = await stack.start('worker');
    const client = stack.client(server.url);
    const [ticket] = openTickets(await stack.sim.ledger());
    if (!ticket) throw new Error('no ticket');
    t.equal((await client.deliver('datto', dattoAlert(ticket))).status, 202);
    const { id, ended } = await firstRun(client, ticket);
    await waitFor('the parked run', async () =>
      ((run) => run.state === 'parked' && run.usage.rmmJobs === 1)(await client.run(id)),
    );
    await worker.kill();
    await stack.start('worker');
    const run = await ended();
    t.match(run, {
      disposition: 'resolved',
      reason: /verified: RMM job \d+ reported/,
      ticket: { id: ticket.id, number: ticket.ticketNumber },
    });
    const ledger = await stack.sim.ledger();
    t.equal(resolvesOf(ledger, ticket), 1);
    t.equal(ledger.tickets.find(({ id }) => id === ticket.id)?.resolved, true);
    t.match(await client.alerts(ticket.alertRefId ?? ''), [{ outcome: 'triaged' }]);
  },
);

t.test('one stack handles many alerts', async (t) => {
  const stack = await stackFor(t);
  const service = await stack.start('all');
  const client = stack.client(service.url);
  const tickets = openTickets(await stack.sim.ledger());
  const take = () => {
    const ticket = tickets.shift();
    if (!ticket) throw new Error('no ticket left');
    return ticket;
  };
  const play = async (ticket: LedgerTicket) => {
    t.equal((await client.deliver('datto', dattoAlert(ticket))).status, 202);
    return (await firstRun(client, ticket)).ended();
  };
  const full = tickets.pop();

  t.test('a row that failed inside a completed job is never "resolved"', async (t) => {
    const ticket = take();
    await stack.sim.fault({
      match: { method: 'POST', path: '/v2/rmm/{integrationType}/tickets/resolve' },
      kind: 'row-failure',
      message: 'agent offline',
    });
    const run = await play(ticket);
    t.match(run, { disposition: 'escalated', reason: /row failed: "agent offline"/ });
    const ledger = await stack.sim.ledger();
    t.equal(resolvesOf(ledger, ticket), 0);
    t.match(
      ledger.tickets.find(({ id }) => id === ticket.id),
      { resolved: false, queueName: 'Tier 3 Escalation' },
    );
    t.match(await client.alerts(ticket.alertRefId ?? ''), [{ outcome: 'escalated' }]);
  });

  t.test('a run reports what it cost upstream; the calls for its batch and polls count for no run', async (t) => {
    const before = (await stack.sim.ledger()).requests;
    const run = await play(take());
    const { total, byEndpoint } = (await stack.sim.ledger()).requests;
    const since = (endpoint: string) => (byEndpoint[endpoint] ?? 0) - (before.byEndpoint[endpoint] ?? 0);
    const shared = since(resolveOperation) + since('GET /v2/rmm/{integrationType}/tickets/status/{jobId}');
    t.ok(shared >= 2);
    t.equal(run.usage.upstreamCalls, total - before.total - shared);
    t.match(run.steps.find(({ type }) => type === 'scope_resolved')?.what, /\(\d calls? upstream\)$/);
  });

  t.test('a fault that persists goes to a person, with the figures', async (t) => {
    if (!full) throw new Error('no ticket');
    const run = await play(full);
    t.match(run, { disposition: 'escalated', reason: /the fault persists/ });
    const ledger = await stack.sim.ledger();
    const note = ledger.tickets.find(({ id }) => id === full.id)?.notes.at(-1);
    t.match(note, { isInternal: true, details: /fault persists/ });
    t.equal(resolvesOf(ledger, full), 0);
  });

  t.test('a write whose answer was lost is read back, not repeated', async (t) => {
    const ticket = take();
    await stack.sim.fault({
      match: { method: 'POST', path: '/v2/rmm/{integrationType}/tickets/resolve' },
      kind: 'drop-after',
    });
    const run = await play(ticket);
    t.match(run, { disposition: 'resolved' });
    t.equal(resolvesOf(await stack.sim.ledger(), ticket), 1);
  });

  t.test('a duplicate makes no second run, at once or later', async (t) => {
    const ticket = take();
    await client.deliver('datto', dattoAlert(ticket));
    await client.deliver('datto', dattoAlert(ticket));
    const run = await (await firstRun(client, ticket)).ended();
    await client.deliver('datto', dattoAlert(ticket));
    const records = await waitFor('three records', async () =>
      ((all) => all.length === 3 && all)(await client.alerts(ticket.alertRefId ?? '')),
    );
    t.same(records.map(({ outcome }) => outcome).sort(), ['merged', 'merged', 'triaged']);
    t.match(await client.incident(run.incidentId ?? ''), { occurrences: 3, runs: [run.id], state: 'resolved' });
    t.equal(resolvesOf(await stack.sim.ledger(), ticket), 1);
  });

  t.test('an alert of a device that BMS does not know is escalated without a guess', async (t) => {
    const alert = {
      event: 'alert.raised',
      alert_uid: 'stranger-1',
      alert: 'Disk Usage - C: over 90%',
      device_hostname: 'NOBODY-KNOWS-ME',
    };
    const before = await stack.sim.ledger();
    await client.deliver('datto', alert);
    const id = await waitFor('the run', async () => (await client.alerts('stranger-1'))[0]?.runId);
    const run = await waitFor('its end', async () => ((run) => run.state === 'concluded' && run)(await client.run(id)));
    t.match(run, {
      disposition: 'escalated',
      ticket: null,
      reason: /no one was notified in BMS: BMS has no active asset/,
    });
    t.equal((await stack.sim.ledger()).effects.length, before.effects.length);
  });

  t.test("a resolved alert's uid cannot be used to close another customer's ticket", async (t) => {
    const [mine, theirs] = [take(), tickets.find(({ accountId }) => accountId !== tickets[0]?.accountId)];
    if (!theirs) throw new Error('no ticket of another account');
    const forged = { ...dattoAlert(mine), alert_uid: theirs.alertRefId };
    await client.deliver('datto', forged);
    const run = await (await firstRun(client, theirs)).ended();
    t.not(run.disposition, 'resolved');
    const ledger = await stack.sim.ledger();
    t.equal(ledger.tickets.find(({ id }) => id === theirs.id)?.resolved, false);
    t.equal(effectsOn(ledger, theirs, 'POST /v2/servicedesk/tickets/{ticketId}/assignticket').length, 0);
  });
});

t.test(
  'after a request that never arrived, a write proved absent is sent again, and any other goes to a person',
  async (t) => {
    const stack = await stackFor(t, { config: { rmm: { readBackSeconds: 9 }, timeouts: { bmsSeconds: 2 } } });
    const client = stack.client((await stack.start('all')).url);
    const [ticket] = openTickets(await stack.sim.ledger());
    if (!ticket) throw new Error('no ticket');
    const assign = '/v2/servicedesk/tickets/{ticketId}/assignticket';
    for (const path of ['/v2/rmm/{integrationType}/tickets/resolve', assign]) {
      await stack.sim.fault({ match: { method: 'POST', path }, kind: 'drop-before' });
    }
    await client.deliver('datto', dattoAlert(ticket));
    const run = await (await firstRun(client, ticket)).ended();
    t.match(run, { disposition: 'escalated', reason: /does not show whether it was done/ });
    const ledger = await stack.sim.ledger();
    t.equal(resolvesOf(ledger, ticket), 0);
    t.equal(effectsOn(ledger, ticket, `POST ${assign}`).length, 1);
  },
);

t.test('observe mode describes what it would do, and writes nothing', async (t) => {
  const stack = await stackFor(t, { config: { mode: 'observe' } });
  const client = stack.client((await stack.start('all')).url);
  const tickets = openTickets(await stack.sim.ledger());
  for (const ticket of [tickets[0], tickets.at(-1)]) {
    if (!ticket) throw new Error('no ticket');
    await client.deliver('datto', dattoAlert(ticket));
    const run = await (await firstRun(client, ticket)).ended();
    t.not(run.disposition, 'resolved');
    const described = run.steps.filter(
      ({ type, detail }) => type === 'write_done' && (detail as { outcome: string }).outcome === 'described',
    );
    t.ok(described.length > 0, 'it says what it would write');
  }
  t.same((await stack.sim.ledger()).effects, []);
});

t.test('a run without a model goes to people', async (t) => {
  const stack = await stackFor(t, { modelUrl: 'http://127.0.0.1:9/v1', config: { budget: { modelFailures: 1 } } });
  const client = stack.client((await stack.start('all')).url);
  const [ticket] = openTickets(await stack.sim.ledger());
  if (!ticket) throw new Error('no ticket');
  await client.deliver('datto', dattoAlert(ticket));
  const run = await (await firstRun(client, ticket)).ended();
  t.match(run, { disposition: 'inconclusive', reason: /model could not be reached/ });
  const now = (await stack.sim.ledger()).tickets.find(({ id }) => id === ticket.id);
  t.match(now, { resolved: false, queueName: 'Tier 3 Escalation' });
});
