import { setTimeout as sleep } from 'node:timers/promises';
import { awaitOutcomes, type End, submit } from '../../chaos/batch.ts';
import { judge } from '../../chaos/judge.ts';
import { startRig } from '../../chaos/rig.ts';
import { createService, serviceConfig } from '../../chaos/service.ts';
import type { Target } from '../../chaos/target.ts';
import { percentile } from '../../harness/percentile.ts';
import type { Row } from '../../harness/table.ts';
import { closable, stillFull } from './load.ts';

const workers = 3;
const restartEveryMs = 5_000;
const alertEveryMs = 500;
/** Undisturbed, a run takes three to five seconds. An interrupted run goes on in another worker. */
const promisedSeconds = 30;
/** After this the bench stops waiting: the run counts as lost. */
const lostAfterMs = 240_000;

/** A deploy that never ends: one worker after the other is stopped (SIGTERM) and replaced, under steady load. */
export async function measureRolling(seconds: number): Promise<Row> {
  const runs = Math.floor((seconds * 1_000) / alertEveryMs);
  const options = { tickets: runs + stillFull, simFlags: ['--job-seconds', '1-3'], config: serviceConfig };
  const rig = await startRig({ seed: 'rolling', ...options });
  try {
    const service = createService({ workers });
    await service.start(rig);
    const targets = closable(await rig.stack.sim.ledger(), runs).map(
      (ticket): Target => ({ path: 'resolve', alertRefId: ticket.alertRefId ?? '', ticket }),
    );
    const over = new AbortController();
    const restarts = restartInTurn(rig.places, over.signal);
    const acceptedAt = new Map<Target, number>();
    const ends = new Map<Target, End>();
    const waiting = awaitOutcomes(targets, acceptedAt, service, { deadlineMs: lostAfterMs, say: () => {} }, ends);
    for (const target of targets) {
      acceptedAt.set(target, await submit(target, service));
      await sleep(alertEveryMs);
    }
    over.abort();
    await waiting;
    const restarted = await restarts;
    await rig.quiet();
    const ledger = await rig.stack.sim.ledger();
    const verdicts = targets.map((target) => judge(target, ends.get(target)?.outcome ?? null, ledger));
    const times = [...ends.values()].map((end) => end.seconds);
    return {
      bench: 'rolling',
      what: `a worker of ${workers} restarted every ${restartEveryMs / 1000} s for ${seconds} s, ${1000 / alertEveryMs} alerts a second`,
      runs,
      restarts: restarted,
      lost: verdicts.filter(({ lost }) => lost).length,
      doubled: verdicts.filter(({ doubled }) => doubled.length > 0).length,
      falseDone: verdicts.filter(({ falseDone }) => falseDone.length > 0).length,
      undecidable: verdicts.filter(({ undecidable }) => undecidable.length > 0).length,
      late: times.filter((time) => time > promisedSeconds).length,
      lateAfterSeconds: promisedSeconds,
      p50Seconds: percentile(times, 0.5),
      p95Seconds: percentile(times, 0.95),
    };
  } finally {
    await rig.stop();
  }
}

/** How many were restarted. */
async function restartInTurn(places: readonly { terminate(): void }[], signal: AbortSignal): Promise<number> {
  let restarts = 0;
  while (!signal.aborted) {
    await sleep(restartEveryMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    places[restarts % places.length]?.terminate();
    restarts += 1;
  }
  return restarts;
}
