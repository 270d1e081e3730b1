import { pino } from 'pino';
import t from 'tap';
import type { Task } from '../../src/domain/task.ts';
import { createServer } from '../../src/http/server.ts';
import { ports } from '../helpers/ports.ts';

const empty = async () => ({ items: [], next: null });
const none = async () => null;
const now = new Date('2026-11-25T12:00:00Z');

async function build(open?: (task: Task) => Promise<{ runId: string }>) {
  const opened: Task[] = [];
  const keep = async (task: Task) => {
    opened.push(task);
    return { runId: 'r1' };
  };
  const tool = { name: 'a_tool', description: 'd', effect: 'read' as const, offeredTo: ['task'], parameters: {} };
  const app = await createServer({
    ...ports,
    log: pino({ level: 'silent' }),
    checkRedis: async () => 'ok',
    getUpstreams: () => [],
    getOldest: async () => [],
    concluded: {},
    countJobs: async () => [],
    getLimits: async () => [],
    getSharedReads: async () => ({ hits: 0, misses: 0 }),
    apiKeys: [
      { name: 'ops', key: 'key-of-ops' },
      { name: 'dana', key: 'key-of-dana' },
    ],
    board: [],
    tasks: { openTask: open ?? keep, now: () => now.getTime() },
    tools: [tool],
    runs: {
      ...ports,
      cancelRun: async () => 'unknown',
      retryRun: async () => ({ verdict: 'unknown' }),
      readJournal: async () => [],
      isKnown: async () => false,
      readNewSteps: async () => new Map(),
    },
    records: {
      ...{ getRun: none, listRuns: empty, getIncident: none, listIncidents: empty, getAlert: none, listAlerts: empty },
    },
    webhooks: { ...ports, connections: new Map(), enqueue: async () => {}, maxBodyBytes: 1_000 },
  });
  const send = (method: 'GET' | 'POST', url: string, payload?: object) =>
    app.inject({ method, url, headers: { authorization: 'Bearer key-of-dana' }, ...(payload ? { payload } : {}) });
  return { app, opened, send };
}

t.test('a task carries the name of the API key that sent it', async (t) => {
  const { opened, send } = await build();
  const answer = await send('POST', '/v1/tasks', { text: ' Offboard John Doe\u202e ', account: 'Example Dental Ltd' });
  t.equal(answer.statusCode, 202);
  t.same(answer.json(), { runId: 'r1' });
  const expected = { text: 'Offboard John Doe', account: 'Example Dental Ltd', ticketNumber: null };
  t.same(opened, [{ ...expected, requestedBy: 'dana', receivedAt: now.toISOString() }]);
});

t.test('the ticket of a task is the given one, else the only one that its text names', async (t) => {
  const { opened, send } = await build();
  await send('POST', '/v1/tasks', { text: 'Review ticket #9902 for the CFO' });
  await send('POST', '/v1/tasks', { text: 'Close it, see #1', ticketNumber: '#10293' });
  await send('POST', '/v1/tasks', { text: 'Close it', ticketNumber: 77 });
  t.same(
    opened.map(({ ticketNumber }) => ticketNumber),
    ['9902', '10293', '77'],
  );
});

t.test('a task that names neither a customer nor one ticket is refused at once', async (t) => {
  const { opened, send } = await build();
  for (const text of ['Close all disk alerts', 'Merge #1 and #2']) {
    const answer = await send('POST', '/v1/tasks', { text });
    t.equal(answer.statusCode, 422);
    t.match(answer.json(), { error: { code: 'no_scope', hint: /account/ } });
  }
  t.same(opened, []);
});

t.test('a body that is no task is refused', async (t) => {
  const { app, send } = await build();
  for (const body of [{}, { text: '' }, { text: 'x', accountId: 7 }]) {
    t.match((await send('POST', '/v1/tasks', body)).json(), { error: { code: 'bad_task' } });
  }
  t.equal((await app.inject({ method: 'POST', url: '/v1/tasks', payload: { text: 'x' } })).statusCode, 401);
});

t.test('a task that could not be stored is not accepted', async (t) => {
  const { send } = await build(() => Promise.reject(new Error('no Redis')));
  const answer = await send('POST', '/v1/tasks', { text: 'x', account: 'y' });
  t.equal(answer.statusCode, 503);
  t.match(answer.json(), { error: { code: 'queue_unavailable' } });
});

t.test('tools are described, and not called outside a run', async (t) => {
  const { send } = await build();
  t.match((await send('GET', '/v1/tools')).json(), { items: [{ name: 'a_tool', effect: 'read', parameters: {} }] });
  t.equal((await send('GET', '/v1/tools/nothing')).statusCode, 404);
  t.equal((await send('POST', '/v1/tools/a_tool', {})).statusCode, 404);
});
