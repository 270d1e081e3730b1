import t from 'tap';
import type { Cell } from '../../../bench/ratelimit/cell.ts';
import { goalsOf } from '../../../bench/ratelimit/goals.ts';

const cell: Cell = {
  scenario: 'saturation',
  strategy: 'bms-triage',
  policy: 'fixed',
  processes: 8,
  foreign: 0,
  resets: 'ceil',
  limit: 80,
  windowMs: 4_000,
  durationMs: 16_000,
};
const good = { utilisation: 1, rejected429: 0, p95BeyondMs: 0 };
const isMet = (of: Partial<Cell>, figures: Partial<typeof good>) =>
  goalsOf({ ...cell, ...of }).every((goal) => goal.isMet({ ...good, ...figures }));

t.test('each goal of the rate-limit bench holds at its edge and fails beyond it', async (t) => {
  const cases: [string, Partial<Cell>, Partial<typeof good>, Partial<typeof good>][] = [
    ['no 429', {}, {}, { rejected429: 1 }],
    ['use of windows', {}, { utilisation: 0.98 }, { utilisation: 0.979 }],
    ['use of a bucket', { policy: 'bucket', durationMs: 40_000 }, { utilisation: 0.9 }, { utilisation: 0.899 }],
    ['foreign traffic', { foreign: 0.25 }, { rejected429: 2 }, { rejected429: 3 }],
    ['lost state', { scenario: 'flush' }, { rejected429: 1 }, { rejected429: 2 }],
    ['a killed process', { scenario: 'kill' }, {}, { rejected429: 1 }],
    ['escalation', { scenario: 'escalation' }, { p95BeyondMs: 150 }, { p95BeyondMs: 151 }],
  ];
  for (const [what, of, met, missed] of cases) {
    t.equal(isMet(of, met), true, what);
    t.equal(isMet(of, missed), false, what);
  }
});

t.test('a bucket that is watched for a few windows only has no goal for its use', async (t) => {
  t.equal(isMet({ policy: 'bucket' }, { utilisation: 0.8 }), true);
});

t.test('strategies of others have no goals to meet', async (t) => {
  t.same(goalsOf({ ...cell, strategy: 'gcra' }), []);
});
