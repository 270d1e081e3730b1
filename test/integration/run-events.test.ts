import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import { pino } from 'pino';
import t from 'tap';
import { waitFor } from '../../harness/wait.ts';
import type { EntryBody } from '../../src/domain/journal.ts';
import { type EventDeps, runEventRoutes } from '../../src/http/run-events.ts';
import { createQueues } from '../../src/queue/queues.ts';
import { runActions } from '../../src/runs/actions.ts';
import { createFailFast } from '../../src/store/connection.ts';
import { createIncidents } from '../../src/store/incidents.ts';
import { createJournals } from '../../src/store/journal.ts';
import { queued } from '../helpers/entries.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const days = { ...ports, retentionDays: 1 };
const journals = createJournals(redis, days);
const stores = {
  journals,
  queues: createQueues(redis, pino({ level: 'silent' })),
  incidents: createIncidents(redis, { ...days, againHours: 24 }),
};
const pollEveryMs = 50;
const many = 200;

const started = (epoch: number): EntryBody => ({ type: 'started', epoch });
const concluded: EntryBody = {
  type: 'concluded',
  ...{ disposition: 'escalated', reason: 'r', summary: 's', evidence: [], ticket: null, by: 'service' },
};

async function serve(
  t: { teardown(run: () => unknown): void },
  deps: EventDeps = {
    ...ports,
    ...runActions({ ...stores, ...ports, failFast: createFailFast(redis, ports), mode: 'auto' }),
  },
) {
  const app = Fastify({ forceCloseConnections: true });
  await runEventRoutes(app, { ...deps, timing: { pollEveryMs, heartbeatMs: 60_000 } });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const follow = (id: string) =>
    new Promise<Stream>((resolve, reject) => {
      const request = get(`${address}/runs/${id}/events`, { agent: false }, (response) => {
        const stream: Stream = { text: '', ended: false, request, response };
        response.on('data', (chunk) => {
          stream.text += chunk;
        });
        response.on('close', () => {
          stream.ended = true;
        });
        response.on('error', () => {});
        resolve(stream);
      }).on('error', reject);
    });
  return { app, follow };
}

interface Stream {
  text: string;
  ended: boolean;
  request: ClientRequest;
  response: IncomingMessage;
}

const idsIn = ({ text }: Stream) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** How many commands Redis has carried out, but for this question. */
async function commands() {
  const info = await redis.info('commandstats');
  const counts = [...info.matchAll(/^cmdstat_(\w+).*?:calls=(\d+)/gm)].filter(([, name]) => name !== 'info');
  return counts.reduce((sum, [, , calls]) => sum + Number(calls), 0);
}

t.test('each of many followers of one run gets each step once, in order, and the end', async (t) => {
  const { follow } = await serve(t);
  const owner = await journals.own('one');
  await owner.append(queued);
  const early = await Promise.all(upTo(many / 2).map(() => follow('one')));
  for (let epoch = 1; epoch <= 20; epoch += 1) await owner.append(started(epoch));
  const late = await Promise.all(upTo(many / 2).map(() => follow('one')));
  for (let epoch = 21; epoch <= 40; epoch += 1) await owner.append(started(epoch));
  await owner.append(concluded);
  const streams = [...early, ...late];
  await waitFor('their ends', async () => streams.every(({ ended }) => ended));
  t.ok(streams.every((stream) => idsIn(stream).join() === upTo(42).join()));
  t.ok(streams.every(({ text }) => text.endsWith('event: end\ndata: {}\n\n')));
});

t.test('the load on Redis does not depend on the number of followers or runs', async (t) => {
  const { follow } = await serve(t);
  const ids = upTo(many).map((n) => `run-${n}`);
  for (const id of ids) await (await journals.own(id)).append(queued);
  const streams = await Promise.all(ids.map(follow));
  await waitFor('the first step of all', async () => streams.every((stream) => idsIn(stream).length === 1));
  const [before, since] = [await commands(), Date.now()];
  // A rate is measured here, so the span has to pass.
  await sleep(pollEveryMs * 20);
  const [asked, ms] = [(await commands()) - before, Date.now() - since];
  t.ok(asked > 0, 'the feeds are polled');
  t.ok(asked <= ms / pollEveryMs + 1, `${asked} commands in ${ms} ms for ${many} streams`);
  for (const { request } of streams) request.destroy();
  await waitFor('the polls to stop', async () => {
    const last = await commands();
    // Long enough for a poll, were there one: that none comes cannot be waited for.
    await sleep(pollEveryMs * 4);
    return (await commands()) === last;
  });
});

t.test('a server that stops ends its streams', async (t) => {
  const { app, follow } = await serve(t);
  await (await journals.own('stopping')).append(queued);
  const streams = await Promise.all(upTo(10).map(() => follow('stopping')));
  await waitFor('the first step', async () => streams.every((stream) => idsIn(stream).length === 1));
  await app.close();
  await waitFor('their ends', async () => streams.every(({ ended }) => ended));
  t.notOk(
    streams.some(({ text }) => text.includes('event: end')),
    'the run is not over',
  );
});

t.test('a client that does not read for a while gets the rest when it does', async (t) => {
  const { follow } = await serve(t);
  const owner = await journals.own('slow');
  await owner.append(queued);
  const [slow, quick] = [await follow('slow'), await follow('slow')];
  slow.response.pause();
  const data = 'x'.repeat(100_000);
  for (let i = 0; i < 100; i += 1) await owner.append({ type: 'read_done', callId: `c${i}`, data });
  await owner.append(concluded);
  await waitFor('the quick one', async () => quick.ended);
  t.notOk(slow.ended);
  slow.response.resume();
  await waitFor('the slow one', async () => slow.ended);
  t.same(idsIn(slow), upTo(102));
  t.same(idsIn(quick), upTo(102));
});
