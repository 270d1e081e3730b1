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
  /** So many calls in a row in vain that it counts as missing. */
  const lose = async () => {
    for (let i = 0; i < 3; i += 1) await fail('failed');
  };
  return { health, fail, answer, lose };
}

t.test('an upstream that is missing is asked until it answers', async (t) => {
  const { health, fail, answer, lose } = upstream();
  await lose();
  let asked = 0;
  const ask = () => {
    asked += 1;
    return asked < 4 ? fail('failed') : answer();
  };
  await probeWhileDown({ ...ports, health, ask, signal: new AbortController().signal, pauseMs: 1 });
  t.equal(asked, 4);
  t.equal(health.state(), 'up');
});

t.test('one that begins to refuse us is left alone', async (t) => {
  const { health, fail, lose } = upstream();
  await lose();
  let asked = 0;
  const ask = () => {
    asked += 1;
    return fail('refused');
  };
  await probeWhileDown({ ...ports, health, ask, signal: new AbortController().signal, pauseMs: 1 });
  t.equal(asked, 1);
  t.equal(health.state(), 'refused');
});

t.test('nobody is asked once the process stops', async (t) => {
  const { health, lose } = upstream();
  await lose();
  const stopping = new AbortController();
  const probing = probeWhileDown({
    ...{ ...ports, health, ask: () => t.fail('asked') as never },
    ...{ signal: stopping.signal, pauseMs: 60_000 },
  });
  stopping.abort();
  await probing;
});

t.test('while BMS is missing nobody but the scout gets through, and nothing is said to have been sent', async (t) => {
  const { health, answer, lose } = upstream();
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
  await lose();
  await t.rejects(call(read), { code: 'network', effect: 'none', endpoint: 'GET /v2/x' });
  await call({ method: 'GET', template: '/v2/security/userinfo' });
  await answer();
  await call(read);
  t.same(asked, ['/v2/x', '/v2/security/userinfo', '/v2/x']);
});
