import t from 'tap';
import { judge, type Reported } from '../../../bench/triage/judge.ts';
import type { Ledger } from '../../../harness/sim-client.ts';

const effect = (operation: string, ticketId: number) => ({ operation, ticketId, assetId: null });
const ledger = (effects: object[], resolved: Record<number, boolean>) =>
  ({
    effects,
    tickets: Object.entries(resolved).map(([id, isResolved]) => ({ id: Number(id), resolved: isResolved })),
    jobs: [{ family: 'tickets', rows: [{ alertRefId: 'a' }, { alertRefId: 'b' }, { alertRefId: 'a' }] }],
    requests: { total: 12, byEndpoint: {}, rejected429: 1 },
  }) as unknown as Ledger;
const reported = (ticketId: number, saysDone: boolean, wasResolved: boolean): Reported => ({
  ...{ ticketId, saysDone, wasResolved, words: '', seconds: ticketId },
});

t.test('what a contender reported is compared with the ledger', async (t) => {
  const end = ledger([effect('resolve', 1), effect('resolve', 1), effect('resolve', 2), effect('assign', 2)], {
    ...{ 1: true, 2: true, 3: false, 4: true },
  });
  const said = [reported(1, true, true), reported(2, true, false), reported(3, true, false), reported(4, false, true)];
  t.match(judge(said, end, 1000), {
    ...{
      alerts: 4,
      resolved: 3,
      calls: 12,
      callsPerResolved: 4,
      rejected429: 1,
      writesSentAgain: 1,
      duplicateWrites: 1,
    },
    ...{ falseDone: 2, resolvedUntold: 1, tokensPerAlert: 250, medianSeconds: 2.5 },
  });
});

t.test('without a resolved alert there are no calls per resolved alert', async (t) => {
  t.equal(judge([reported(1, false, false)], ledger([], { 1: false }), 0).callsPerResolved, null);
});
