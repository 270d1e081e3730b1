import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import t from 'tap';
import { type Alert, alertSchema } from '../../src/domain/alert.ts';
import { createServer, type ServerDeps } from '../../src/http/server.ts';
import type { Connection } from '../../src/http/webhooks/routes.ts';
import { decodeDattoRmm } from '../../src/senders/datto-rmm.ts';
import { decodeGeneric } from '../../src/senders/generic.ts';
import { ports } from '../helpers/ports.ts';

const secrets = ['old-secret', 'new-secret'];
const connections = new Map<string, Connection>([
  ['datto', { decode: decodeDattoRmm, auth: { header: 'X-Webhook-Secret' }, secrets }],
  ['signed', { decode: decodeGeneric, auth: { hmacHeader: 'x-signature' }, secrets }],
]);
const empty = async () => ({ items: [], next: null });

async function build(enqueue?: (alerts: readonly Alert[]) => Promise<void>) {
  const queued: Alert[] = [];
  const deps: ServerDeps = {
    log: pino({ level: 'silent' }),
    ...ports,
    checkRedis: async () => 'ok',
    getUpstreams: () => [],
    getOldest: async () => [],
    concluded: {},
    countJobs: async () => [],
    getLimits: async () => [],
    getSharedReads: async () => ({ hits: 0, misses: 0 }),
    apiKeys: [{ name: 'ops', key: 'the-key' }],
    board: [],
    tasks: { ...ports, openTask: async () => ({ runId: 'r1' }) },
    tools: [],
    runs: {
      ...ports,
      cancelRun: async () => 'unknown',
      retryRun: async () => ({ verdict: 'unknown' }),
      readJournal: async () => [],
      isKnown: async () => false,
      readNewSteps: async () => new Map(),
    },
    records: {
      getRun: async () => null,
      listRuns: empty,
      getIncident: () => Promise.reject(new Error('WRONGTYPE: a key beside the record')),
      listIncidents: empty,
      getAlert: async () => null,
      listAlerts: empty,
    },
    webhooks: {
      ...ports,
      connections,
      maxBodyBytes: 10_000,
      enqueue: enqueue ?? (async (alerts) => void queued.push(...alerts)),
    },
  };
  const app = await createServer(deps);
  t.teardown(() => app.close());
  const post = (url: string, payload: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'POST', url, payload, headers });
  return { app, post, queued };
}

const raised = {
  event: 'alert.raised',
  alert_uid: '6f0c8f0e',
  alert_priority: 'Critical',
  alert: 'Disk Usage - C: over 90%',
  alert_message: 'Disk C: is 94% full',
  device_hostname: 'EXD-FS01',
  site_name: 'Example Dental - Head Office',
};
const secret = { 'x-webhook-secret': 'new-secret' };
const sign = (body: string, key = 'old-secret') => createHmac('sha256', key).update(body).digest('hex');

t.test('an authentic alert is queued and answered with 202', async (t) => {
  const { post, queued } = await build();
  const response = await post('/webhooks/datto', JSON.stringify(raised), secret);
  t.equal(response.statusCode, 202);
  t.match(response.json(), { accepted: 1, alerts: [{ sourceId: '6f0c8f0e', action: 'trigger' }] });
  t.match(queued, [
    {
      connection: 'datto',
      severity: 'critical',
      title: 'Disk Usage - C: over 90%',
      device: { name: 'EXD-FS01' },
      site: 'Example Dental - Head Office',
    },
  ]);
});

t.test('every refusal says what to do, and queues nothing', async (t) => {
  const { post, queued } = await build();
  const body = JSON.stringify(raised);
  const cases: [string, number, string, ReturnType<typeof post>][] = [
    ['no secret', 401, 'unauthorized', post('/webhooks/datto', body)],
    [
      'wrong secret, before the body is read',
      401,
      'unauthorized',
      post('/webhooks/datto', '{"broken', { 'x-webhook-secret': 'x' }),
    ],
    ['unknown connection', 404, 'not_found', post('/webhooks/nobody', body, secret)],
    ['too large', 413, 'body_too_large', post('/webhooks/datto', 'x'.repeat(20_000), secret)],
    ['not JSON', 400, 'unreadable_body', post('/webhooks/datto', '{"alert": "a "quote""}', secret)],
    ['empty', 400, 'unreadable_body', post('/webhooks/datto', '', secret)],
    [
      'unfilled variable',
      422,
      'payload_not_understood',
      post('/webhooks/datto', JSON.stringify({ ...raised, alert_uid: '[alert_uid]' }), secret),
    ],
    [
      'unknown event',
      422,
      'payload_not_understood',
      post('/webhooks/datto', JSON.stringify({ ...raised, event: 'x' }), secret),
    ],
    ['wrong signature', 401, 'unauthorized', post('/webhooks/signed', body, { 'x-signature': sign('other') })],
  ];
  for (const [what, status, code, sent] of cases) {
    const response = await sent;
    t.equal(response.statusCode, status, what);
    const { error } = response.json();
    t.equal(error.code, code, what);
    t.ok(error.message.length > 0 && error.hint.length > 0, `${what}: message and hint`);
  }
  t.same(queued, []);
});

t.test('a 422 names the field that does not fit', async (t) => {
  const { post } = await build();
  const response = await post('/webhooks/datto', JSON.stringify({ ...raised, alert_uid: '[alert_uid]' }), secret);
  t.match(response.json().error.message, /^alert_uid: /);
});

t.test('JSON is accepted under any content type', async (t) => {
  const { post } = await build();
  const body = JSON.stringify(raised);
  for (const type of [
    'application/x-www-form-urlencoded',
    'text/xml',
    'application/octet-stream',
    'application/json',
    'nonsense',
  ]) {
    t.equal((await post('/webhooks/datto', body, { ...secret, 'content-type': type })).statusCode, 202, type);
  }
  t.equal((await post('/webhooks/datto', `\uFEFF${body}`, secret)).statusCode, 202, 'byte order mark');
});

t.test('a signature covers the raw bytes, and each live secret is valid', async (t) => {
  const { post } = await build();
  const body = '{ "action" : "trigger",  "title": "spaces matter" }';
  for (const key of secrets)
    t.equal((await post('/webhooks/signed', body, { 'x-signature': `sha256=${sign(body, key)}` })).statusCode, 202);
});

t.test('a generic body is one alert or an array, and all of its alerts are accepted or none', async (t) => {
  const { post, queued } = await build();
  const send = (value: unknown) =>
    post('/webhooks/signed', JSON.stringify(value), { 'x-signature': sign(JSON.stringify(value)) });
  t.equal((await send({ action: 'trigger', title: 'UPS on battery', severity: 'warning' })).statusCode, 202);
  t.match(queued.at(-1), { severity: 'moderate', occurrenceId: null, alertKey: /^derived-/ });
  t.equal(
    (
      await send([
        { action: 'trigger', title: 'a' },
        { action: 'resolve', title: 'b', alert_key: 'k' },
      ])
    ).statusCode,
    202,
  );
  t.equal(queued.length, 3);
  t.equal(
    (
      await send([
        { action: 'trigger', title: 'a' },
        { action: 'nonsense', title: 'b' },
      ])
    ).statusCode,
    422,
  );
  t.equal(queued.length, 3);
});

t.test('while the queue is unreachable a 503 asks the sender to try again', async (t) => {
  const { post } = await build(async () => {
    throw new Error('Redis is end');
  });
  const response = await post('/webhooks/datto', JSON.stringify(raised), secret);
  t.equal(response.statusCode, 503);
  t.equal(response.headers['retry-after'], '5');
  t.equal(response.json().error.code, 'queue_unavailable');
});

t.test('records and board require credentials', async (t) => {
  const { app } = await build();
  const get = (url: string, authorization?: string) =>
    app.inject({ url, headers: authorization ? { authorization } : {} });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  for (const url of ['/v1/runs', '/v1/runs/x', '/v1/incidents', '/v1/alerts', '/board', '/board/api/queues']) {
    t.equal((await get(url)).statusCode, 401, url);
  }
  t.equal((await get('/v1/runs', 'Bearer wrong')).statusCode, 401);
  t.equal((await get('/v1/runs', 'Bearer the-key')).statusCode, 200);
  t.match((await get('/v1/runs/nope', 'Bearer the-key')).json(), { error: { code: 'not_found', hint: String } });
  t.equal((await get('/board', basic('ops:wrong'))).statusCode, 401);
  t.equal((await get('/board', basic('other:the-key'))).statusCode, 401);
  t.equal((await get('/board', basic('ops:the-key'))).statusCode, 200);
});

t.test('probes and metrics require no credentials', async (t) => {
  const { app } = await build();
  for (const url of ['/livez', '/readyz', '/metrics']) t.equal((await app.inject({ url })).statusCode, 200, url);
});

t.test(
  'the shared example payloads decode',
  { skip: !process.env.PAYLOADS_DIR && 'set PAYLOADS_DIR to a folder of example payloads' },
  async (t) => {
    const { post, queued } = await build();
    const dir = process.env.PAYLOADS_DIR ?? '';
    for (const name of ['open', 'resolved']) {
      t.equal(
        (await post('/webhooks/datto', readFileSync(`${dir}/datto-rmm/${name}.json`, 'utf8'), secret)).statusCode,
        202,
        name,
      );
    }
    for (const name of ['trigger', 'minimal', 'resolve']) {
      const body = readFileSync(`${dir}/generic/${name}.json`, 'utf8');
      t.equal((await post('/webhooks/signed', body, { 'x-signature': sign(body) })).statusCode, 202, name);
    }
    t.same(
      queued.map(({ action }) => action),
      ['trigger', 'resolve', 'trigger', 'trigger', 'resolve'],
    );
  },
);

t.test('names of object properties and invisible text are no values', async (t) => {
  const { post, queued } = await build();
  const send = (body: object) => {
    const text = JSON.stringify(body);
    return post('/webhooks/signed', text, { 'x-signature': sign(text) });
  };
  const fine = { action: 'trigger', title: 'Disk full', device: { name: '\u200b' } };
  for (const severity of ['constructor', '__proto__']) t.equal((await send({ ...fine, severity })).statusCode, 202);
  t.match(
    queued.map(({ severity, device }) => [severity, device.name]),
    [
      ['unknown', null],
      ['unknown', null],
    ],
  );
  t.ok(
    queued.every((alert) => alertSchema.safeParse(alert).success),
    'a run can read them',
  );
  for (const wrong of [{ title: '\u200b' }, { id: '\ud800' }, { alert_key: '\u202e' }, { id: 2 ** 53 }])
    t.equal((await send({ ...fine, ...wrong })).statusCode, 422, JSON.stringify(wrong));
  const unseen = await post('/webhooks/datto', JSON.stringify({ ...raised, alert_uid: '\u200b' }), secret);
  t.equal(unseen.statusCode, 422);
});

t.test('the refusal of many bad alerts is short', async (t) => {
  const { post } = await build();
  const text = JSON.stringify(Array.from({ length: 1000 }, () => ({})));
  const response = await post('/webhooks/signed', text, { 'x-signature': sign(text) });
  t.equal(response.statusCode, 422);
  t.ok(response.body.length < 2_000, `${response.body.length} bytes`);
});

t.test('an id that the service cannot have given is a 404, and names no Redis key beside the record', async (t) => {
  const { app } = await build();
  const headers = { authorization: 'Bearer the-key' };
  for (const id of ['x:alerts', 'x%3Aruns', '6f0c8f0e-0000-4000-8000-000000000000:alerts']) {
    t.equal((await app.inject({ url: `/v1/incidents/${id}`, headers })).statusCode, 404, id);
  }
});
