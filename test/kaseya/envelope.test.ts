import t from 'tap';
import { UpstreamError } from '../../src/domain/errors.ts';
import { readEnvelope } from '../../src/kaseya/envelope.ts';

const answer = (status: number, body: string, isWrite = false) => ({ status, body, endpoint: 'POST /x', isWrite });
const failure = (status: number, body: string, isWrite = false) => {
  try {
    readEnvelope(answer(status, body, isWrite));
  } catch (error) {
    if (error instanceof UpstreamError) return { code: error.code, effect: error.effect, message: error.message };
    throw error;
  }
  return null;
};
const refusal = JSON.stringify({
  success: false,
  result: null,
  error: {
    code: 1004,
    message: 'PriorityId is not valid',
    stackStrace: 'at Server.cs:12',
    details: 'sql',
    subErrors: ['no such lookup'],
  },
});

t.test('the envelope of an answer is read in both letter cases', async (t) => {
  t.match(readEnvelope(answer(200, '{"success":true,"error":null,"result":[1],"totalRecords":4}')), {
    result: [1],
    totalRecords: 4,
  });
  t.match(readEnvelope(answer(200, '{"Success":true,"Error":null,"Result":[1],"TotalRecords":4}')), {
    result: [1],
    totalRecords: 4,
  });
});

t.test('a 200 without a body is an answer, because some operations have no body', async (t) => {
  t.same(readEnvelope(answer(200, '', true)), { result: null, totalRecords: null });
});

t.test('a failure inside HTTP 200 is an error, and its write had no effect', async (t) => {
  t.match(failure(200, refusal, true), {
    code: 'validation',
    effect: 'none',
    message: 'PriorityId is not valid; no such lookup',
  });
});

t.test('internals of the BMS server never reach the error message', async (t) => {
  t.notMatch(failure(200, refusal)?.message, /Server\.cs|sql/);
});

t.test('each HTTP status has an error code, and states the effect that a write may have had', async (t) => {
  const cases: [number, string, 'none' | 'unknown'][] = [
    [400, 'validation', 'none'],
    [401, 'auth', 'none'],
    [403, 'permission', 'none'],
    [404, 'not_found', 'none'],
    [408, 'vendor_fault', 'unknown'],
    [422, 'validation', 'none'],
    [429, 'throttled', 'none'],
    [500, 'vendor_fault', 'unknown'],
    [502, 'vendor_fault', 'unknown'],
  ];
  for (const [status, code, effect] of cases) {
    t.match(failure(status, refusal, true), { code, effect }, String(status));
    t.match(failure(status, refusal, false), { code, effect: 'none' }, `${status}, read`);
  }
});

t.test('a body that is no BMS answer leaves the effect of a write unknown', async (t) => {
  for (const body of ['<html>Maintenance</html>', '{"succ', '{"result":[]}', '[]', 'null']) {
    t.match(failure(200, body, true), { code: 'unreadable', effect: 'unknown' }, body);
  }
});

t.test("a vendor's long message is cut, because it goes into journals, prompts and notes", async (t) => {
  const body = JSON.stringify({ success: false, error: { message: 'x'.repeat(1_000_000) } });
  t.ok((failure(500, body)?.message.length ?? 0) <= 1_000);
});
