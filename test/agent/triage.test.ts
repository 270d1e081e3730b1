import t from 'tap';
import { giveUp } from '../../src/agent/end-early.ts';
import { type TriageDeps, triage } from '../../src/agent/triage.ts';
import { RetryableError } from '../../src/domain/errors.ts';
import type { Bms } from '../../src/kaseya/bms.ts';
import { createJournals } from '../../src/store/journal.ts';
import { createRowQueue } from '../../src/store/row-queue.ts';
import { createTools } from '../../src/tools/bms/index.ts';
import { noDefaults } from '../helpers/bms.ts';
import { asked, intended, queued, resolveTool, scope } from '../helpers/entries.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);
const dayMs = 86_400_000;
const action = 'resolve_ticket';
let clock = Date.UTC(2026, 10, 23, 10);
const journals = createJournals(redis, { retentionDays: 9, now: () => clock });
const pace = { firstMs: 100, longestMs: 400 };
const rows = createRowQueue(redis, { retentionDays: 9, pace, now: () => clock });
/** A run that is out of time needs only the clock. */
const deps = { now: () => clock } as TriageDeps;

t.beforeEach(() => redis.flushall());

/** A run that began just now, with one row in the queue. */
async function waitingRun() {
  const journal = await journals.own('r1');
  for (const body of [queued, { type: 'started', epoch: 1 } as const, { type: 'scope_resolved', scope } as const])
    await journal.append(body);
  await journal.append(asked({ id: 't1c1', name: resolveTool }));
  await journal.queueRow(intended('t1c1', action), 'r1.t1c1', { action, row: {} });
  return journal;
}

const work = async () => triage(await journals.own('r1'), deps, new AbortController().signal);
const claim = (id: string) => rows.claim(action, id, 5_000);

t.test('a run that ends after it has waited for a day removes its queued row', async (t) => {
  await waitingRun();
  clock += dayMs + 1;
  t.equal((await work()).kind, 'concluded');
  t.equal((await claim('b1')).kind, 'empty');
});

t.test('a run that has waited for a day does not end while its row is in a batch', async (t) => {
  await waitingRun();
  const claimed = await claim('b1');
  clock += dayMs + 1;
  t.equal((await work()).kind, 'suspended');
  if (claimed.kind !== 'claimed') return t.fail(claimed.kind);
  await rows.putBack(claimed.batch);
  t.equal((await work()).kind, 'concluded');
  t.equal((await claim('b2')).kind, 'empty');
});

t.test('a run that is given up ends at once, and its row does not come back from a batch', async (t) => {
  const journal = await waitingRun();
  const claimed = await claim('b1');
  t.equal((await giveUp(journal, 'kept failing')).concluded?.disposition, 'inconclusive');
  if (claimed.kind !== 'claimed') return t.fail(claimed.kind);
  await rows.putBack(claimed.batch);
  clock += 1_000;
  t.equal((await claim('b2')).kind, 'empty');
});

t.test(
  'a model that is down is asked again after ever longer waits, for two minutes before people are notified',
  async (t) => {
    const journal = await journals.own('r1');
    for (const body of [queued, { type: 'scope_resolved', scope } as const]) await journal.append(body);
    const away = async () => {
      throw new RetryableError('model_unavailable', 'the model answered 500', { retryAfterMs: 5_000 });
    };
    const budget = { steps: 9, tokens: 9, writes: 9, wallMs: 3_600_000, modelFailures: 5 };
    const waiting: TriageDeps = { ...deps, model: { ask: away }, tools: new Map(), budget };
    const waits: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const progress = await triage(await journals.own('r1'), waiting, new AbortController().signal);
      if (progress.kind !== 'suspended') return t.fail(progress.kind);
      waits.push(progress.until - clock);
      clock = progress.until;
    }
    t.same(waits, [5_000, 10_000, 20_000, 40_000, 60_000]);
  },
);

t.test('a worker that dies while it gives a run up leaves no row that its run would wait for', async (t) => {
  const journal = await waitingRun();
  const claimed = await claim('b1');
  const dying = { ...journal, append: () => Promise.reject(new Error('killed')) };
  await t.rejects(giveUp(dying, 'kept failing'));
  if (claimed.kind !== 'claimed') return t.fail(claimed.kind);
  await rows.putBack(claimed.batch);
  clock += dayMs + 1;
  t.equal((await work()).kind, 'concluded', 'the run does not wait for a row that is no longer queued');
});

t.test('a run whose sender recovers during the hand-over waits for the hand-over that is under way', async (t) => {
  const journal = await journals.own('r1');
  const opening = { id: 'handover', name: 'create_a_kaseya_bms_rmm_ticket', arguments: '{}' };
  for (const body of [
    queued,
    { type: 'started', epoch: 1 } as const,
    { type: 'scope_resolved', scope } as const,
    { type: 'service_called', call: opening } as const,
  ])
    await journal.append(body);
  await journal.queueRow(intended('handover', action), 'r1.handover', { action, row: {} });
  await claim('b1');
  await journals.addFact('r1', { type: 'source_resolved', alertId: 'a2' });
  const tools = createTools({ bms: {} as Bms, defaults: noDefaults, kaseyaOne: null });
  const withTools = { ...deps, tools: new Map(tools.map((tool) => [tool.name, tool])) };
  const progress = await triage(await journals.own('r1'), withTools, new AbortController().signal);
  t.match(progress, { kind: 'suspended', batches: [action] });
});
