import t from 'tap';
import { fullCells } from '../../../bench/ratelimit/cells.ts';
import { allowedCalls, utilisation } from '../../../bench/ratelimit/measure.ts';
import { percentile } from '../../../harness/percentile.ts';

const [cell] = fullCells();

t.test('a policy allows its limit per window, and a bucket its opening credit on top', async (t) => {
  if (!cell) return t.fail('no cell');
  const upstream = { ...cell, limit: 80, windowMs: 4_000 };
  t.equal(allowedCalls({ ...upstream, policy: 'fixed' }, 16_000), 320);
  t.equal(allowedCalls({ ...upstream, policy: 'sliding' }, 16_000), 320);
  t.equal(allowedCalls({ ...upstream, policy: 'bucket' }, 40_000), 880);
});

t.test('utilisation is the share of what others left, and stops at 1', async (t) => {
  t.equal(utilisation(320, 160, 0), 0.5);
  t.equal(utilisation(320, 160, 80), 0.667);
  t.equal(utilisation(320, 400, 0), 1);
});

t.test('percentiles are values that were measured', async (t) => {
  const values = [5, 1, 4, 2, 3];
  t.equal(percentile(values, 0.5), 3);
  t.equal(percentile(values, 0.95), 5);
  t.equal(percentile([], 0.5), null);
});
