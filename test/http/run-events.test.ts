import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import t from 'tap';
import type { RunStep } from '../../src/domain/run-view.ts';
import type { ReadNewSteps } from '../../src/http/event-feed.ts';
import { runEventRoutes } from '../../src/http/run-events.ts';
import { ports } from '../helpers/ports.ts';

const steps: RunStep[] = ['queued', 'started', 'concluded'].map((type, i) => ({
  ...{ step: i + 1, at: 'then', type, what: type, detail: {} },
}));

/** The new steps of run r1, which has `shown`. */
const newsOf =
  (shown: readonly RunStep[]): ReadNewSteps =>
  async (places) => {
    const place = places.get('r1');
    const news = shown.slice(place?.step ?? shown.length);
    return new Map(news.length > 0 ? [['r1', { steps: news, place: { id: '', step: shown.length } }]] : []);
  };

t.test('a client that hangs up before its stream begins takes no place', async (t) => {
  const asked: (() => void)[] = [];
  const app = Fastify();
  await runEventRoutes(app, {
    after: ports.after,
    async isKnown() {
      if (asked.length < clients) await new Promise<void>((resolve) => asked.push(resolve));
      return true;
    },
    readNewSteps: newsOf(steps),
  });
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  t.teardown(() => app.close());
  for (let i = 1; i <= clients; i += 1) {
    const socket = connect(Number(address.port), address.hostname);
    const closed = new Promise((resolve) => app.server.once('connection', (theirs) => theirs.once('close', resolve)));
    socket.write('GET /runs/r1/events HTTP/1.1\r\nhost: localhost\r\n\r\n');
    while (asked.length < i) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await Promise.all([once(socket, 'close'), closed]);
  }
  for (const answer of asked) answer();
  t.equal((await app.inject('/runs/r1/events')).statusCode, 200);
});

/** The most streams that may be open at once. */
const clients = 200;

/** A run with the first `known` steps. */
async function streamOf(known: number) {
  const app = Fastify();
  const shown = steps.slice(0, known);
  await runEventRoutes(app, {
    after: ports.after,
    isKnown: async (id) => id === 'r1',
    readNewSteps: newsOf(shown),
    timing: { pollEveryMs: 5, heartbeatMs: 10 },
  });
  return { app, shown };
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

t.test('Last-Event-ID resumes a stream after that step; an unreadable one starts at the first', async (t) => {
  const { app } = await streamOf(3);
  for (const [lastEventId, ids] of [
    ['1', [2, 3]],
    ['3', []],
    ['x', [1, 2, 3]],
    ['-2', [1, 2, 3]],
  ] as const) {
    const { body } = await app.inject({ url: '/runs/r1/events', headers: { 'last-event-id': lastEventId } });
    t.same(idsIn(body), ids, lastEventId);
    t.match(body, /event: end/);
  }
  t.equal((await app.inject('/runs/r2/events')).statusCode, 404);
});

t.test('the stream of a silent run carries heartbeats until the run concludes', async (t) => {
  const { app, shown } = await streamOf(2);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const response = await fetch(`${address}/runs/r1/events`);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (shown.length === 2 && /: still running[\s\S]*: still running/.test(text)) shown.push(...steps.slice(2));
  }
  t.same(idsIn(text), [1, 2, 3]);
  t.match(text, /event: end\ndata: \{\}\n\n$/);
});
