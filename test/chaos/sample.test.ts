import t from 'tap';
import { hasFailed, playBatch } from '../../chaos/batch.ts';
import { describeWhere, kinds, sampleFor } from '../../chaos/points.ts';
import { createService } from '../../chaos/service.ts';
import { withoutRealRedis } from '../helpers/redis.ts';

const runs = 30;
t.setTimeout(400_000);

t.test(
  'nothing is lost, doubled or falsely done, whatever is killed, cut, paused or restarted',
  {
    skip: withoutRealRedis,
    timeout: 390_000,
  },
  async (t) => {
    const points = sampleFor(runs, 'sample');
    t.same([...new Set(points.map(({ kind }) => kind))].sort(), [...kinds].sort(), 'every kind is there');
    const played = await playBatch(points, createService({ workers: 3 }), {
      seed: 'sample',
      deadlineMs: 300_000,
      say: (line) => t.comment(line),
      async onFailure(failed, subject) {
        for (const { plan } of failed) t.comment(await subject.evidence(plan.target));
      },
    });
    t.equal(played.length, runs);
    for (const { plan, verdict } of played.filter(hasFailed)) {
      const where = plan.point.strike ? describeWhere(plan.point.strike.where) : '';
      t.fail(`${plan.point.kind} ${where}`, verdict);
    }
    const struck = played.filter(({ plan }) => plan.point.strike && plan.struck).length;
    const planned = played.filter(({ plan }) => plan.point.strike).length;
    t.comment(`${struck} of ${planned} faults were injected`);
    t.ok(struck > planned / 2, `most faults were really injected: ${struck} of ${planned}`);
  },
);
