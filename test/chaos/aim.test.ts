import t from 'tap';
import { createAim } from '../../chaos/aim.ts';
import type { Plan } from '../../chaos/plan.ts';
import type { Where } from '../../chaos/points.ts';
import type { LedgerTicket } from '../../harness/sim-client.ts';

const ticket = { id: 7, assetId: 3, assetName: 'A-FS01' } as LedgerTicket;
const planFor = (where: Where): Plan => ({
  point: { kind: 'k', path: 'resolve', strike: { where, action: { do: 'kill' } } },
  target: { path: 'resolve', alertRefId: 'alert-1', ticket },
  struck: false,
});
const opening = { runIds: ['run-1'], args: ['1', '{"type":"queued","alert":{"sourceId":"alert-1"}}'] };
const entry = (type: string) => ({ runIds: ['run-1'], args: [`{"type":"${type}"}`] });

t.test('the n-th append counts accepted entries only, and strikes once', async (t) => {
  const plan = planFor({ at: 'append', n: 1, moment: 'before' });
  const aim = createAim([plan]);
  t.equal(aim.atAppend('before', opening), null);
  t.equal(aim.atAppend('after', opening), null);
  t.same(aim.atAppend('before', entry('started')), { do: 'kill' });
  t.equal(plan.struck, true);
  t.equal(aim.atAppend('before', entry('started')), null);
});

t.test('a fault "answered" strikes at the entry whose answer has just been delivered', async (t) => {
  const aim = createAim([planFor({ at: 'append', n: 0, moment: 'answered' })]);
  aim.atAppend('before', opening);
  t.equal(aim.atAppend('after', opening), null);
  t.same(aim.atAppend('answered', opening), { do: 'kill' });
});

t.test('an entry of another alert does not trigger a fault', async (t) => {
  const aim = createAim([planFor({ at: 'append', n: 0, moment: 'before' })]);
  t.equal(aim.atAppend('before', { runIds: ['run-2'], args: ['{"sourceId":"alert-2"}'] }), null);
});

t.test('the model’s answers in the journal are counted', async (t) => {
  const aim = createAim([]);
  for (const append of [opening, entry('model_answered')]) {
    aim.atAppend('before', append);
    aim.atAppend('after', append);
  }
  t.equal(aim.turnsAnswered('alert-1'), 1);
  t.equal(aim.turnsAnswered('alert-2'), 0);
});

t.test('a batch is struck while a row of the alert waits for it, or is in it', async (t) => {
  const queued = { runIds: ['run-1'], args: ['{"type":"write_intended","batch":"resolve_ticket"}'] };
  const claim = (...runIds: string[]) => ({ step: 'claim' as const, batchId: 'b1', runIds });
  const send = (batchId: string) => ({ step: 'send' as const, batchId, runIds: [] });
  for (const [step, moment] of [
    ['claim', 'before'],
    ['claim', 'after'],
    ['send', 'answered'],
  ] as const) {
    const plan = planFor({ at: 'batch', step, moment });
    const aim = createAim([plan]);
    aim.atAppend('after', opening);
    t.equal(aim.atBatch('before', claim()), null, 'nothing is queued');
    aim.atAppend('after', queued);
    const seen = [
      aim.atBatch('before', claim()),
      aim.atBatch('after', claim('run-1')),
      aim.atBatch('answered', send('b2')),
      aim.atBatch('answered', send('b1')),
    ];
    t.same(
      seen.filter((action) => action !== null),
      [{ do: 'kill' }],
    );
    t.equal(seen[step === 'send' ? 3 : moment === 'before' ? 0 : 1]?.do, 'kill', `${moment} ${step}`);
  }
});

const requests: [endpoint: string, hit: string, miss: string][] = [
  ['GET /v2/servicedesk/tickets/{ticketId}', '/v2/servicedesk/tickets/7', '/v2/servicedesk/tickets/77'],
  [
    'GET /v2/servicedesk/hardwareasset/{assetId}',
    '/v2/servicedesk/hardwareasset/3',
    '/v2/servicedesk/hardwareasset/33',
  ],
  [
    'GET /v2/servicedesk/tickets',
    '/v2/servicedesk/tickets?Filter.HardwareAssetName=A-FS01&PageNumber=1',
    '/v2/servicedesk/tickets?Filter.HardwareAssetName=A-FS011',
  ],
];

for (const [endpoint, hit, miss] of requests) {
  t.test(`${endpoint} is known by what it asks for`, async (t) => {
    const aim = createAim([planFor({ at: 'request', endpoint, moment: 'before' })]);
    t.equal(aim.atRequest('before', { method: 'GET', url: miss, body: '' }), null);
    t.equal(aim.atRequest('after', { method: 'GET', url: hit, body: '' }), null);
    t.same(aim.atRequest('before', { method: 'GET', url: hit, body: '' }), { do: 'kill' });
  });
}

t.test("a job's poll is known by the rows that the job was made for", async (t) => {
  const endpoint = 'GET /v2/rmm/{integrationType}/tickets/status/{jobId}';
  const aim = createAim([planFor({ at: 'request', endpoint, moment: 'before' })]);
  const submit = (alert: string, jobId: string) => ({
    ...{ method: 'POST', url: '/v2/rmm/x/tickets/resolve', body: `[{"AlertRefId":"${alert}"}]` },
    answer: `{"result":{"jobId":"${jobId}"}}`,
  });
  aim.atRequest('after', submit('alert-2', '11'));
  aim.atRequest('after', submit('alert-1', '12'));
  const poll = (jobId: string) => ({ method: 'GET', url: `/v2/rmm/x/tickets/status/${jobId}`, body: '' });
  t.equal(aim.atRequest('before', poll('11')), null);
  t.same(aim.atRequest('before', poll('12')), { do: 'kill' });
});
