import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import t from 'tap';
import { createProcessStats } from '../../src/app/process-stats.ts';
import type { Alert } from '../../src/domain/alert.ts';
import { fold } from '../../src/domain/fold.ts';
import type { EntryBody } from '../../src/domain/journal.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { finishRun } from '../../src/runs/finish.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { alert, asked, intended, resolveTool } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const log = pino({ level: 'silent' });
const queues = createQueues(redis, log);
t.teardown(() => Promise.all(Object.values(queues).map((queue) => queue.close())));
const journals = createJournals(redis, { ...ports, retentionDays: 1 });
let clock = 0;
const incidents = createIncidents(redis, { ...ports, retentionDays: 1, againHours: 24, now: () => clock });
const { concluded: concludedRuns } = createProcessStats({ log, ...ports });

const report = (change: Partial<Alert>) => incidents.claim({ ...alert, id: randomUUID(), ...change }, 'auto');

const resolved: EntryBody = {
  type: 'concluded',
  ...{ disposition: 'resolved', reason: 'r', summary: 's', evidence: [], ticket: null, by: 'model' },
};

/** A run that sent its resolve; `meanwhile` happens before it has ended. */
async function play(alertKey: string, before: () => Promise<unknown>, meanwhile: () => Promise<unknown>) {
  clock = Date.now() - 10_000;
  const { runId, incidentId } = await report({ alertKey });
  const journal = await journals.own(runId);
  await before();
  await journal.append(asked({ id: 't1c1', name: resolveTool }));
  await journal.append(intended('t1c1'));
  clock = Date.now() + 10_000;
  await meanwhile();
  await journal.append(resolved);
  const end = async () => finishRun(journal, fold(await journal.read()), { incidents, queues, concludedRuns, log });
  await end();
  return { runId, end, incident: () => incidents.get(incidentId) };
}

const nothing = async () => {};

t.test('a fault that is reported again while its ticket is being closed is worked on again', async (t) => {
  const { runId, end, incident } = await play('again', nothing, () =>
    report({ alertKey: 'again', occurrenceId: null }),
  );
  const after = await incident();
  t.match(after, { state: 'open', runs: [runId, String] });
  const next = after?.runs[1] ?? '';
  t.match((await journals.read(next))[0], { type: 'queued', retryOf: { runId, by: 'service' } });
  t.ok(await queues.runs.getJob(next), 'the next run is on the queue');
  await end();
  t.equal((await incident())?.runs.length, 2, 'a worker that ends the run once more opens no third');
});

t.test('a repeated report that came before the run changed anything opens no other run', async (t) => {
  const { incident } = await play('before', () => report({ alertKey: 'before', occurrenceId: null }), nothing);
  t.match(await incident(), { state: 'resolved', occurrences: 2 });
  t.equal((await incident())?.runs.length, 1);
});

t.test('a fault that was reported again and then recovered opens no other run', async (t) => {
  const reportAndRecover = async () => {
    await report({ alertKey: 'gone', occurrenceId: null });
    await report({ alertKey: 'gone', action: 'resolve', occurrenceId: null });
  };
  const { incident } = await play('gone', nothing, reportAndRecover);
  t.match(await incident(), { state: 'resolved' });
  t.equal((await incident())?.runs.length, 1);
});
