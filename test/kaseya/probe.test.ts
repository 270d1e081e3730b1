import { pino } from 'pino';
import t from 'tap';
import { heldWhileDown, probeWhileDown } from '../../src/kaseya/probe.ts';
import { type CallOutcome, createUpstreamHealth } from '../../src/outbound/health.ts';
import { ports } from '../helpers/ports.ts';

function upstream() {
  let clock = 0;
  const health = createUpstreamHealth('bms', { log: pino({ level: 'silent' }), now: () => (clock += 5_000) });
  const fail = (how: CallOutcome) =>
    health
      .watch(
        () => Promise.reject(new Error('no')),
        () => how,
      )
      .catch(() => {});
  const answer = () =>
    health.watch(
      async () => 1,
      () => null,
    );
  /** Fails so many calls in a row that the upstream counts as down. */
  const goDown = async () => {
    for (let i = 0; i < 3; i += 1) await fail('failed');
  };
  return { health, fail, answer, goDown };
}

t.test('an upstream that is down is probed until it answers', async (t) => {
  const { health, fail, answer, goDown } = upstream();
  await goDown();
  let asked = 0;
  const ask = () => {
    asked += 1;
    return asked < 4 ? fail('failed') : answer();
  };
  await probeWhileDown({ ...ports, health, ask, signal: new AbortController().signal, pauseMs: 1 });
  t.equal(asked, 4);
  t.equal(health.state(), 'up');
});

t.test('an upstream that begins to refuse us is not probed again', async (t) => {
  const { health, fail, goDown } = upstream();
  await goDown();
  let asked = 0;
  const ask = () => {
    asked += 1;
    return fail('refused');
  };
  await probeWhileDown({ ...ports, health, ask, signal: new AbortController().signal, pauseMs: 1 });
  t.equal(asked, 1);
  t.equal(health.state(), 'refused');
});

t.test('an upstream that is down is not probed once the process stops', async (t) => {
  const { health, goDown } = upstream();
  await goDown();
  const stopping = new AbortController();
  const probing = probeWhileDown({
    ...{ ...ports, health, ask: () => t.fail('asked') as never },
    ...{ signal: stopping.signal, pauseMs: 60_000 },
  });
  stopping.abort();
  await probing;
});

t.test('only the probe gets through while BMS is down, and any other call fails as not sent', async (t) => {
  const { health, answer, goDown } = upstream();
  const asked: string[] = [];
  const { call } = heldWhileDown(
    {
      async call({ template }) {
        asked.push(template);
        return { result: null, totalRecords: null };
      },
    },
    health,
  );
  const read = { method: 'GET', template: '/v2/x' } as const;
  await call(read);
  await goDown();
  await t.rejects(call(read), { code: 'network', effect: 'none', endpoint: 'GET /v2/x' });
  await call({ method: 'GET', template: '/v2/security/userinfo' });
  await answer();
  await call(read);
  t.same(asked, ['/v2/x', '/v2/security/userinfo', '/v2/x']);
});
