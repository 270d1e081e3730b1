import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { RetryableError, UpstreamError } from '../src/errors.ts';
import { createReach, type Sign } from '../src/reach.ts';

function reachFor() {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      const { msg, code, seconds } = JSON.parse(String(chunk)) as Record<string, unknown>;
      lines.push({ msg, ...(code !== undefined && { code }), ...(seconds !== undefined && { seconds }) });
      done();
    },
  });
  let clock = 0;
  let sign: Sign = 'answered';
  const reach = createReach('bms', { log: pino(sink), signOf: () => sign, now: () => clock });
  const error = new UpstreamError('network', 'no', { effect: 'none', endpoint: 'GET /x' });
  const end = async (how: Sign | 'well', at: number) => {
    clock = at;
    sign = how === 'well' ? null : how;
    await reach.watch(how === 'well' ? async () => 1 : () => Promise.reject(error)).catch(() => {});
  };
  return { reach, end, lines };
}

t.test('three failed calls in a row are told once, and so is the first answer after them', async (t) => {
  const { reach, end, lines } = reachFor();
  t.equal(reach.view(), null, 'nothing was called');
  await end('well', 1_000);
  await end('missed', 10_000);
  await end('missed', 11_000);
  t.match(reach.view(), { upstream: 'bms', isUp: true, lastAnswerAt: 1_000 });
  for (const at of [12_000, 13_000, 14_000]) await end('missed', at);
  t.match(reach.view(), { isUp: false, lastAnswerAt: 1_000 });
  await end('answered', 70_000);
  await end('well', 71_000);
  t.match(reach.view(), { isUp: true, lastAnswerAt: 71_000 });
  t.same(lines, [
    { msg: 'bms_unreachable', code: 'network' },
    { msg: 'bms_back', seconds: 60 },
  ]);
});

t.test('a failed call between others that are answered is told by nobody', async (t) => {
  const { end, lines } = reachFor();
  for (let at = 0; at < 20; at += 1) await end(at % 3 === 0 ? 'answered' : 'missed', at);
  t.same(lines, []);
});

t.test('who refuses us at all is unreachable at once', async (t) => {
  const { reach, end, lines } = reachFor();
  await end('refused', 5);
  t.match(reach.view(), { isUp: false, lastAnswerAt: null });
  t.equal(lines.length, 1);
});

t.test('a call that was never made says nothing, and its error passes', async (t) => {
  const { reach, end, lines } = reachFor();
  for (let at = 0; at < 5; at += 1) await end(null, at);
  t.equal(reach.view(), null);
  t.same(lines, []);
  const waits = new RetryableError('rate_limited', 'wait', { retryAfterMs: 1 });
  await t.rejects(
    reach.watch(() => Promise.reject(waits)),
    waits,
  );
});
