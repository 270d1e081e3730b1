import t from 'tap';
import { UpstreamError } from '../../../src/domain/errors.ts';
import { readBody } from '../../../src/kaseya/truto/answer.ts';
import { startUpstream } from './support.ts';

type Row = [status: number, code: UpstreamError['code'], effect: UpstreamError['effect'], message?: RegExp];

const failureOf = (status: number, body: object | string, isWrite: boolean): UpstreamError => {
  try {
    readBody(
      { status, text: typeof body === 'string' ? body : JSON.stringify(body) },
      { endpoint: 'POST /x', isWrite },
    );
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new Error('no failure');
};

const vendorBody = {
  success: false,
  result: null,
  error: { code: 1, message: 'PriorityId is not valid', details: 'sql', subErrors: [] },
};

t.test('each refusal by Truto itself has an error code, and states the effect that a write may have had', async (t) => {
  const rows: Row[] = [
    [400, 'validation', 'none', /no good/],
    [401, 'auth', 'none', /TRUTO_TOKEN/],
    [403, 'permission', 'none'],
    [404, 'not_found', 'none'],
    [405, 'permission', 'none', /sandbox/],
    [409, 'vendor_fault', 'unknown'],
    [422, 'validation', 'none'],
    [429, 'throttled', 'none'],
    [500, 'vendor_fault', 'unknown'],
    [502, 'vendor_fault', 'unknown'],
    [503, 'permission', 'none', /blocked/],
    [504, 'vendor_fault', 'unknown'],
  ];
  for (const [status, code, effect, message = /./] of rows) {
    const body = { statusCode: status, error: 'E', message: 'no good' };
    t.match(failureOf(status, body, true), { code, effect, message }, String(status));
    t.match(failureOf(status, body, false), { code, effect: 'none' }, `${status}, read`);
  }
});

t.test('each refusal by the vendor that Truto passes on has an error code and shows no server internals', async (t) => {
  const rows: Row[] = [
    [400, 'validation', 'none', /PriorityId/],
    [401, 'auth', 'none', /needs_reauth/],
    [403, 'permission', 'none'],
    [404, 'not_found', 'none'],
    [409, 'validation', 'none'],
    [429, 'throttled', 'none'],
    [500, 'vendor_fault', 'unknown'],
    [502, 'vendor_fault', 'unknown'],
    [503, 'vendor_fault', 'unknown'],
  ];
  for (const [status, code, effect, message = /./] of rows) {
    const body = {
      statusCode: status,
      error: 'E',
      message: 'm',
      truto_is_remote_error: true,
      raw_response: vendorBody,
    };
    const error = failureOf(status, body, true);
    t.match(error, { code, effect, message }, String(status));
    t.notMatch(error.message, /sql/, 'no server internals');
  }
});

t.test('an answer that is no JSON leaves the effect of a write unknown, and a read has no effect', async (t) => {
  t.match(failureOf(200, '<html>', true), { code: 'unreadable', effect: 'unknown' });
  t.match(failureOf(200, '<html>', false), { code: 'unreadable', effect: 'none' });
  t.match(failureOf(502, '<html>', true), { code: 'vendor_fault', effect: 'unknown' });
});

const note = (ticketId: number, body: object = {}) => ({
  ...{ method: 'POST' as const, template: '/v2/servicedesk/tickets/{ticketId}/notes', params: { ticketId } },
  body: { Details: 'd', IsInternal: true, TypeId: 1, NoteDate: '2026-11-23T14:00:00Z', ...body },
});
const queues = { method: 'GET', template: '/v2/system/queues/lookup' } as const;

t.test('a call over a Truto account that cannot serve it fails with the reason', async (t) => {
  const { truto, state } = await startUpstream(t);
  await t.rejects(truto('sandbox').call(note(1)), { code: 'permission', effect: 'none', message: /sandbox/ });
  t.ok((await truto('sandbox').call(queues)).result);
  await t.rejects(truto('blocked').call(queues), { code: 'permission', message: /blocked/ });
  await t.rejects(truto('needs-reauth').call(queues), { code: 'auth', message: /needs_reauth/ });
  await t.rejects(truto('plain', { token: 'wrong' }).call(queues), { code: 'auth', message: /TRUTO_TOKEN/ });
  t.equal(state.ledger().effects.length, 0);
});

t.test('the failures of BMS come through Truto, also those under HTTP 200', async (t) => {
  for (const kind of ['plain', 'envelope'] as const) {
    const { truto, fault } = await startUpstream(t);
    const refused = truto(kind).call(note(1));
    await t.rejects(refused, { code: /not_found|validation/, effect: 'none' }, kind);
    await fault({ match: { path: queues.template }, kind: 'success-false', message: 'not today' });
    await t.rejects(truto(kind).call(queues), { code: 'validation', message: /not today/ }, kind);
  }
});

t.test('a write that BMS made but whose answer was lost has an unknown effect and is not sent again', async (t) => {
  const { truto, fault, state } = await startUpstream(t);
  const [ticket] = state.ledger().tickets;
  const { tenant } = state.world;
  const request = note(ticket?.id ?? 0, { TypeId: tenant.noteTypes[0]?.id });
  await fault({ match: { path: request.template }, kind: 'drop-after' });
  await t.rejects(truto().call(request), { code: 'vendor_fault', effect: 'unknown' });
  t.equal(state.ledger().effects.length, 1);
});

t.test('a read that failed through Truto is tried again', async (t) => {
  const { truto, fault, state } = await startUpstream(t);
  await fault({ match: { path: queues.template }, kind: 'status', status: 502, count: 2 });
  t.ok((await truto().call(queues)).result);
  t.equal(state.ledger().requests.byEndpoint[`GET ${queues.template}`], 3);
});
