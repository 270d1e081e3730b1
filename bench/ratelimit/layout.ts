import type { Column, Value } from '../../harness/table.ts';

const percent = (value: Value) => `${(100 * Number(value)).toFixed(1)} %`;
const mark = (value: Value) => (value === true ? 'met' : 'MISSED');

export const columns: readonly Column[] = [
  { title: 'strategy', field: 'strategy' },
  { title: 'policy', field: 'policy' },
  { title: 'proc', field: 'processes' },
  { title: 'foreign', field: 'foreign', show: (value) => `${100 * Number(value)} %` },
  { title: 'resets', field: 'resets' },
  { title: 'use', field: 'utilisation', show: percent },
  { title: '429', field: 'rejected429' },
  { title: 'dropped', field: 'dropped' },
  { title: 'p50 ms', field: 'p50Ms' },
  { title: 'p95 ms', field: 'p95Ms' },
  { title: 'p95 beyond', field: 'p95BeyondMs' },
  { title: 'use after', field: 'utilisationAfter', show: percent },
  { title: '429 after', field: 'rejectedAfter' },
  { title: 'goal', field: 'goal' },
  { title: '', field: 'goalMet', show: mark },
];

export const legend = `use         calls granted ÷ (limit × measured time ÷ window, + limit for a bucket's opening credit, - what others took), at most 100 %;
            measured from the first call on, so the cold start counts
429         calls that the upstream refused in that time; dropped: calls that the strategy gave up
p50, p95    from wanting a call to having its answer: escalations in "escalation", quiet clients in "fairness", else all calls;
            beyond: without the call's own round trip. A call still waiting at the end counts with the time it had waited
after       the same from FLUSHALL or kill -9 (late in the second window) to the end
`;
