import fc from 'fast-check';
import t from 'tap';
import { backOffMs } from '../../src/queue/queues.ts';

t.test('a job that keeps failing is tried again ever later, but always within half a minute', async (t) => {
  t.same(
    [1, 2, 3, 7, 8, 1_000_000].map((failures) => backOffMs(failures, () => 0)),
    [500, 1_000, 2_000, 30_000, 30_000, 30_000],
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, chance) => {
      const ms = backOffMs(failures, () => chance);
      return ms >= 250 && ms <= 30_000;
    }),
  );
});
