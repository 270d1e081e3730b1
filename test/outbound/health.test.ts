import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { RetryableError, TerminalError, type UpstreamCode, UpstreamError } from '../../src/domain/errors.ts';
import {
  type CallOutcome,
  createUpstreamHealth,
  outcomeOfModelCall,
  outcomeOfRequest,
  outcomeOfSignIn,
} from '../../src/outbound/health.ts';

function watched() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      const { msg, code, seconds } = JSON.parse(String(chunk)) as Record<string, unknown>;
      lines.push({ msg, ...(code !== undefined && { code }), ...(seconds !== undefined && { seconds }) });
      done();
    },
  });
  let clock = 0;
  let outcome: CallOutcome = 'answered';
  const health = createUpstreamHealth('bms', { log: pino(sink), now: () => clock });
  const error = new UpstreamError('network', 'no', { effect: 'none', endpoint: 'GET /x' });
  const end = async (how: CallOutcome | 'well', at: number) => {
    clock = at;
    outcome = how === 'well' ? null : how;
    const call = how === 'well' ? async () => 1 : () => Promise.reject(error);
    await health.watch(call, () => outcome).catch(() => {});
  };
  return { health, end, lines };
}

t.test(
  'calls that fail in a row for five seconds are logged once, and so is the first answer after them',
  async (t) => {
    const { health, end, lines } = watched();
    t.equal(health.view(), null, 'no call was made yet');
    await end('well', 1_000);
    await end('failed', 10_000);
    await end('failed', 11_000);
    t.match(health.view(), { upstream: 'bms', isUp: true, lastAnswerAt: 1_000 });
    for (const at of [12_000, 13_000, 14_999]) await end('failed', at);
    t.match(health.view(), { isUp: true }, 'the upstream may be restarting');
    for (const at of [15_000, 16_000]) await end('failed', at);
    t.match(health.view(), { isUp: false, lastAnswerAt: 1_000 });
    await end('answered', 70_000);
    await end('well', 71_000);
    t.match(health.view(), { isUp: true, lastAnswerAt: 71_000 });
    t.same(lines, [
      { msg: 'bms_unreachable', code: 'network' },
      { msg: 'bms_back', seconds: 60 },
    ]);
  },
);

t.test('a failed call between answered calls is not logged', async (t) => {
  const { end, lines } = watched();
  for (let at = 0; at < 20; at += 1) await end(at % 3 === 0 ? 'answered' : 'failed', at);
  t.same(lines, []);
});

t.test('an upstream that refuses us altogether counts as unreachable at once', async (t) => {
  const { health, end, lines } = watched();
  await end('refused', 5);
  t.match(health.view(), { isUp: false, lastAnswerAt: null });
  t.equal(lines.length, 1);
});

t.test('a call that was never made says nothing about the upstream, and its error is passed on', async (t) => {
  const { health, end, lines } = watched();
  for (let at = 0; at < 5; at += 1) await end(null, at);
  t.equal(health.view(), null);
  t.same(lines, []);
  const waits = new RetryableError('rate_limited', 'wait', { retryAfterMs: 1 });
  await t.rejects(
    health.watch(
      () => Promise.reject(waits),
      () => null,
    ),
    waits,
  );
});

t.test(
  'a refused request counts as an answer; a lost answer, a broken answer and a refused token do not',
  async (t) => {
    const upstreamError = (code: UpstreamCode) => new UpstreamError(code, 'm', { effect: 'none', endpoint: 'GET /x' });
    for (const code of ['network', 'timeout', 'vendor_fault', 'unreadable', 'auth'] as const)
      t.equal(outcomeOfRequest(upstreamError(code)), 'failed', code);
    for (const code of ['permission', 'validation', 'not_found', 'throttled'] as const)
      t.equal(outcomeOfRequest(upstreamError(code)), 'answered', code);
    const waits = (code: string) => new RetryableError(code, 'm', { retryAfterMs: 1 });
    t.equal(outcomeOfRequest(waits('rate_limited')), null, 'the request was never sent');
    t.equal(outcomeOfSignIn(waits('sign_in_refused')), 'refused');
    t.equal(outcomeOfSignIn(upstreamError('network')), null, 'its requests were counted themselves');
    t.equal(outcomeOfModelCall(waits('model_unavailable')), 'failed');
    t.equal(outcomeOfModelCall(new TerminalError('model_refused', 'm')), 'refused');
    t.equal(outcomeOfModelCall(waits('rate_limited')), null);
  },
);
