import t from 'tap';
import { type LedgerTicket, resolveOperation } from '../../harness/sim-client.ts';
import { dattoAlert, type Stack, type StackOptions, startStack } from '../../harness/stack.ts';
import { waitFor } from '../../harness/wait.ts';
import type { Run } from '../../src/domain/run-view.ts';
import { privateRedis } from '../helpers/redis.ts';

interface Test {
  teardown(run: () => unknown): void;
}

const resolvePath = '/v2/rmm/{integrationType}/tickets/resolve';

async function stackFor(t: Test, options: Partial<StackOptions> = {}) {
  const redis = await privateRedis(t);
  const stack = await startStack({ redis, simFlags: ['--seed', '8', '--job-seconds', '1'], ...options });
  t.teardown(() => stack.stop());
  const tickets = (await stack.sim.ledger()).tickets.filter(({ alertRefId, resolved }) => alertRefId && !resolved);
  const server = await stack.start('server');
  const client = stack.client(server.url);
  const post = (path: string) =>
    fetch(server.url + path, { method: 'POST', headers: { authorization: `Bearer ${stack.apiKey}` } });
  const begin = async (ticket: LedgerTicket) => {
    await client.deliver('datto', dattoAlert(ticket));
    return waitFor('the run', async () => (await client.alerts(ticket.alertRefId ?? ''))[0]?.runId);
  };
  const ended = (id: string) =>
    waitFor('its end', async () => ((run) => run.state === 'concluded' && run)(await client.run(id)), 60_000);
  const resolves = async () =>
    (await stack.sim.ledger()).effects.filter(({ operation }) => operation === resolveOperation);
  return { stack, url: server.url, client, post, begin, ended, resolves, tickets: tickets.slice(0, 4) };
}

const hasStep = (run: Run, type: string) => run.steps.some((step) => step.type === type);
const human = (stack: Stack, body: unknown) =>
  fetch(`${stack.simUrl}/__sim/human`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

t.test(
  'when a worker is killed before its batch went, every row goes once, and no turn is asked for again',
  async (t) => {
    const config = { rmm: { batchMillis: 4_000 } };
    const { stack, client, begin, ended, resolves, tickets } = await stackFor(t, { config });
    const worker = await stack.start('worker');
    const ids = await Promise.all(tickets.map(begin));
    for (const id of ids) await waitFor('the queued row', async () => hasStep(await client.run(id), 'write_intended'));
    await worker.kill();
    const before = await Promise.all(ids.map((id) => client.run(id)));
    t.notOk(before.some((run) => hasStep(run, 'rmm_job_submitted')));
    await stack.start('worker');
    for (const [i, id] of ids.entries()) {
      const run = await ended(id);
      t.equal(run.disposition, 'resolved');
      t.equal(run.usage.modelCalls, (before[i]?.usage.modelCalls ?? 0) + 1, 'only the conclusion was left to ask for');
    }
    t.equal((await resolves()).length, ids.length);
  },
);

t.test('when the answer of a batch is lost, each run finds its own write, and nothing is sent again', async (t) => {
  const { stack, client, begin, ended, resolves, tickets } = await stackFor(t, {
    config: { rmm: { batchMillis: 2_000 } },
  });
  await stack.sim.fault({ match: { method: 'POST', path: resolvePath }, kind: 'drop-after' });
  await stack.start('worker');
  const ids = await Promise.all(tickets.map(begin));
  for (const id of ids) t.equal((await ended(id)).disposition, 'resolved');
  t.equal((await resolves()).length, ids.length);
  const lost = await Promise.all(ids.map(async (id) => hasStep(await client.run(id), 'rmm_submit_lost')));
  t.ok(lost.includes(true));
});

t.test('a lost resolve whose ticket a person closes meanwhile is neither claimed nor handed over', async (t) => {
  const { stack, client, begin, ended, resolves, tickets } = await stackFor(t, {
    config: { rmm: { batchMillis: 500, readBackSeconds: 12 } },
  });
  await stack.sim.fault({ match: { method: 'POST', path: resolvePath }, kind: 'drop-before', count: 1 });
  await stack.start('worker');
  const [ticket] = tickets;
  if (!ticket) throw new Error('no ticket');
  const id = await begin(ticket);
  await waitFor('the lost answer', async () => hasStep(await client.run(id), 'rmm_submit_lost'));
  t.ok((await human(stack, { ticketId: ticket.id, action: 'resolve' })).ok);
  const run = await ended(id);
  t.match(run, { disposition: 'no_action', reason: /whether this call or someone else closed it is unknown/ });
  t.match(
    run.steps.find(({ type }) => type === 'write_done'),
    { what: /^write as wanted: / },
  );
  t.equal((await resolves()).length, 0);
});

t.test(
  'when a worker is killed while BMS holds its answer, nothing is sent again, and each run finds what was done',
  async (t) => {
    const { stack, client, begin, ended, resolves, tickets } = await stackFor(t, {
      config: { rmm: { batchMillis: 2_000 } },
      simFlags: ['--seed', '8', '--job-seconds', '1', '--second-resolve', 'repeat'],
    });
    await stack.sim.fault({ match: { method: 'POST', path: resolvePath }, kind: 'timeout', delayMs: 20_000, count: 1 });
    const worker = await stack.start('worker');
    const ids = await Promise.all(tickets.map(begin));
    await waitFor(
      'the batch at BMS',
      async () => ((await stack.sim.ledger()).requests.byEndpoint[resolveOperation] ?? 0) > 0,
    );
    await worker.kill();
    t.notOk(hasStep(await client.run(ids[0] ?? ''), 'rmm_job_submitted'), 'its answer has not come');
    await stack.start('worker');
    const ends = await Promise.all(ids.map(ended));
    const jobs = (await stack.sim.ledger()).jobs.flatMap(({ rows }) => rows.map(({ transactionId }) => transactionId));
    t.same(jobs.toSorted(), [...new Set(jobs)].toSorted(), 'no row was sent twice');
    t.ok(ends.some((run) => hasStep(run, 'rmm_submit_lost')));
    for (const { disposition } of ends)
      t.ok(disposition === 'resolved' || disposition === 'escalated', disposition ?? '');
    t.equal((await resolves()).length, ends.filter(({ disposition }) => disposition === 'resolved').length);
  },
);

t.test('a run cancelled while its row is queued sends nothing; its retry is a run of its own', async (t) => {
  const { stack, url, client, post, begin, ended, resolves, tickets } = await stackFor(t, {
    config: { rmm: { batchMillis: 6_000 } },
  });
  await stack.start('worker');
  const [ticket, next] = tickets;
  if (!ticket || !next) throw new Error('no ticket');
  const id = await begin(ticket);
  const events = fetch(`${url}/v1/runs/${id}/events`, { headers: { authorization: `Bearer ${stack.apiKey}` } });
  await waitFor('the queued row', async () => hasStep(await client.run(id), 'write_intended'));
  t.equal((await post(`/v1/runs/${id}/retry`)).status, 409, 'it is alive');
  t.equal((await post(`/v1/runs/${id}/cancel`)).status, 202);
  t.match(await ended(id), { disposition: 'escalated', reason: /cancelled by demo/ });
  t.equal((await post(`/v1/runs/${id}/cancel`)).status, 409);
  const text = await (await events).text();
  const steps = [...text.matchAll(/^id: (\d+)$/gm)].map(([, step]) => Number(step));
  t.same(
    steps,
    steps.map((_, i) => i + 1),
    'every step, in order, up to the end',
  );
  t.match(text, /"type":"concluded"[\s\S]*event: end/);
  // Rows go in the order in which they were queued: once a later run's row is done, this one's turn is over.
  t.equal((await ended(await begin(next))).disposition, 'resolved');
  const resolvesOf = async ({ id }: LedgerTicket) =>
    (await resolves()).filter(({ ticketId }) => ticketId === id).length;
  t.equal(await resolvesOf(ticket), 0);

  const retried = await post(`/v1/runs/${id}/retry`);
  t.equal(retried.status, 202);
  const { runId } = (await retried.json()) as { runId: string };
  t.equal((await post(`/v1/runs/${id}/retry`)).status, 409, 'only one');
  t.match(await ended(runId), { disposition: 'resolved', retryOf: id });
  t.equal(await resolvesOf(ticket), 1);
  t.equal((await resolves()).length, 2, 'the retry and the later run, each once');
});

t.test('a ticket that a person has taken up gets notes only', async (t) => {
  const { stack, client, begin, ended, resolves, tickets } = await stackFor(t, {
    simFlags: ['--seed', '8', '--job-seconds', '1', '--latency-ms', '500'],
    config: { touch: { freshSeconds: 0 } },
  });
  await stack.start('worker');
  const [ticket] = tickets;
  if (!ticket) throw new Error('no ticket');
  const id = await begin(ticket);
  await waitFor('the scope', async () => hasStep(await client.run(id), 'scope_resolved'));
  t.ok((await human(stack, { ticketId: ticket.id, action: 'note', text: 'Mine.' })).ok);
  const run = await ended(id);
  t.not(run.disposition, 'resolved');
  t.match(
    run.steps.find(({ type }) => type === 'person_touched'),
    { detail: { ticketId: ticket.id, what: 'Note' } },
  );
  t.equal((await resolves()).length, 0);
  const now = (await stack.sim.ledger()).tickets.find(({ id }) => id === ticket.id);
  t.equal(now?.queueName, ticket.queueName, 'it stays where the person has it');
  t.match(now?.notes.at(-1), { details: /hands this over/ });
});
