import { pino } from 'pino';
import t from 'tap';
import type { Model } from '../../src/agent/model.ts';
import type { TriageDeps } from '../../src/agent/triage.ts';
import { createProcessStats } from '../../src/app/process-stats.ts';
import { UpstreamError } from '../../src/domain/errors.ts';
import type { EntryBody } from '../../src/domain/journal.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { createWaitingRuns } from '../../src/queue/waiting.ts';
import { type AdvanceDeps, abandonRun, advanceRun } from '../../src/runs/advance.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { keys } from '../../src/store/keys.ts';
import { recordedBms } from '../helpers/bms.ts';
import { alert } from '../helpers/entries.ts';
import { noHints } from '../helpers/play.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const log = pino({ level: 'silent' });
const queues = createQueues(redis, log);
t.teardown(() => Promise.all(Object.values(queues).map((queue) => queue.close())));
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
const incidents = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24 });
const { concluded: concludedRuns } = createProcessStats({ log, ...ports });
const client = await recordedBms(t, { seed: 'advance' });
const isRunning = new AbortController().signal;

t.beforeEach(() => redis.flushall());

/** A run for an alert of a device that BMS does not know. */
const openRun = () => incidents.claim({ ...alert, device: { ...alert.device, name: 'NOT-IN-BMS' } }, 'auto');
const isWaiting = async (runId: string) => (await redis.sismember(keys.waitingForBms(), runId)) === 1;

const answering = (ask: Model['ask']): Model => ({ ask });
const concluding = answering(async () => ({
  model: 'script',
  content: '',
  toolCalls: [
    {
      name: 'conclude',
      arguments: JSON.stringify({ disposition: 'escalated', reason: 'r', summary: 's', evidence: [] }),
    },
  ],
  usage: { promptTokens: 1, completionTokens: 1 },
  ms: 1,
}));

const depsFor = (model: Model): AdvanceDeps => ({
  ...{ incidents, queues, concludedRuns, log },
  waiting: createWaitingRuns(redis, queues.runs, ports),
  triage: {
    bms: client.bms,
    model,
    tools: new Map(),
    accounts: {},
    budget: { steps: 5, tokens: 1e6, writes: 5, wallMs: 3_600_000, modelFailures: 5 },
    escalationQueue: 'Tier 3 Escalation',
    ...{ jobDeadlineMs: 1_000, readBackMs: 1_000, absentAfterMs: 1_000, freshMs: 0 },
    touchReads: client.bms.tickets,
    hints: noHints,
    now: ports.now,
  } satisfies TriageDeps,
});

const turn = async (runId: string, model: Model) => advanceRun(await journals.own(runId), depsFor(model), isRunning);

t.test('a run leaves the list of runs that wait for BMS before any work on it', async (t) => {
  const { runId } = await openRun();
  await redis.sadd(keys.waitingForBms(), runId);
  let wasWaiting: boolean | null = null;
  await turn(
    runId,
    answering(async (...asked) => {
      wasWaiting = await isWaiting(runId);
      return concluding.ask(...asked);
    }),
  );
  t.equal(wasWaiting, false);
});

t.test('a run that concludes gives its alert an outcome and is on no list', async (t) => {
  const { runId } = await openRun();
  t.match(await turn(runId, concluding), { kind: 'concluded', state: { concluded: { disposition: 'escalated' } } });
  t.match(await incidents.getAlert(alert.id), { outcome: 'escalated', runId });
  t.notOk(await isWaiting(runId));
});

t.test(
  'a run that BMS suspends joins the list of runs that wait for BMS, and its alert has no outcome yet',
  async (t) => {
    const { runId } = await openRun();
    const fault = { match: { method: 'GET', path: '/v2/servicedesk/tickets' }, kind: 'status', status: 503, count: 9 };
    await client.app.inject({ method: 'POST', url: '/__sim/faults', payload: fault });
    const progress = await turn(runId, concluding);
    await client.app.inject({ method: 'POST', url: '/__sim/reset', payload: { seed: 'advance' } });
    t.match(progress, { kind: 'suspended', reason: /^bms_/ });
    t.ok(await isWaiting(runId));
    t.match(await incidents.getAlert(alert.id), { outcome: null });
  },
);

t.test('a run that waits for anything other than BMS joins no list', async (t) => {
  const { runId } = await openRun();
  const stopping = AbortSignal.abort();
  const progress = await advanceRun(await journals.own(runId), depsFor(concluding), stopping);
  t.match(progress, { kind: 'suspended', reason: 'shutting_down' });
  t.notOk(await isWaiting(runId));
});

t.test('a run with an entry of a newer release is put off, unread and without an outcome', async (t) => {
  const { runId } = await openRun();
  const entry = { v: 1, at: '2026-11-25T09:00:01Z', type: 'of_a_newer_release' };
  await redis.xadd(keys.journal(runId), '*', 'e', JSON.stringify(entry));
  const length = await journals.length(runId);
  const before = ports.now();
  const progress = await turn(runId, concluding);
  t.match(progress, { kind: 'suspended', reason: 'journal_unreadable', jobs: [], batches: [] });
  t.ok(progress.kind === 'suspended' && progress.until > before);
  t.equal(await journals.length(runId), length, 'nothing was appended');
  t.match(await incidents.getAlert(alert.id), { outcome: null });
});

t.test('an error that waiting does not fix is thrown to the queue', async (t) => {
  const { runId } = await openRun();
  const refuses = answering(async () => {
    throw new UpstreamError('permission', 'no', { effect: 'none', endpoint: 'GET /x' });
  });
  // A scope without an account still asks the model.
  await t.rejects(turn(runId, refuses), { code: 'permission' });
  t.match(await incidents.getAlert(alert.id), { outcome: null });
});

t.test('a run that is abandoned still gives its alert an outcome, with the reason', async (t) => {
  const { runId } = await openRun();
  const journal = await journals.own(runId);
  await abandonRun(journal, 'it kept failing', depsFor(concluding));
  t.match((await journals.read(runId)).at(-1), {
    type: 'concluded',
    disposition: 'inconclusive',
  } as Partial<EntryBody>);
  t.match(await incidents.getAlert(alert.id), { outcome: 'escalated', reason: /it kept failing/ });
});
