import t from 'tap';
import { strategyNames } from '../../../bench/ratelimit/cell.ts';
import { fullCells, quickCells, selectCells } from '../../../bench/ratelimit/cells.ts';
import { UsageError } from '../../../harness/usage.ts';

const full = fullCells();

t.test('every strategy meets every upstream, once', async (t) => {
  const saturated = selectCells(full, ['scenario=saturation']);
  t.equal(saturated.length, 3 * 2 * 2 * 2 * strategyNames.length);
  t.equal(new Set(saturated.map((cell) => JSON.stringify(cell))).size, saturated.length);
  for (const scenario of ['escalation', 'fairness', 'flush', 'kill']) {
    t.equal(selectCells(full, [`scenario=${scenario}`]).length, 3 * strategyNames.length, scenario);
  }
});

t.test('the quick run has every strategy and scenario, and ends in under four minutes', async (t) => {
  const quick = quickCells();
  t.same(new Set(quick.map(({ strategy }) => strategy)), new Set(strategyNames));
  t.same(new Set(quick.map(({ scenario }) => scenario)), new Set(full.map(({ scenario }) => scenario)));
  t.ok(quick.reduce((ms, { durationMs }) => ms + durationMs + 2_000, 0) < 240_000);
});

t.test('--only keeps what every field allows; a field may allow several values', async (t) => {
  const chosen = selectCells(full, ['strategy=bms-triage,gcra', 'policy=fixed', 'policy=bucket', 'processes=8']);
  t.same(new Set(chosen.map(({ strategy }) => strategy)), new Set(['bms-triage', 'gcra']));
  t.same(new Set(chosen.map(({ policy }) => policy)), new Set(['fixed', 'bucket']));
  t.same(new Set(chosen.map(({ processes }) => processes)), new Set([8]));
});

t.test('--only refuses a field or value that no cell has', async (t) => {
  for (const only of ['gcra', 'strategy=', 'colour=red', 'processes=7']) {
    t.throws(() => selectCells(full, [only]), UsageError, only);
  }
});
