import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../harness/sim-client.ts';
import { createRandom } from '../sim/bms/random.ts';
import { createAim } from './aim.ts';
import { judge, type Verdict } from './judge.ts';
import type { Plan } from './plan.ts';
import { type Point, rowFailure } from './points.ts';
import { type Rig, startRig } from './rig.ts';
import { serviceConfig } from './service.ts';
import type { Outcome, Subject } from './subject.ts';
import type { Turns } from './turns.ts';

/** One run of the suite, judged. */
export interface Played {
  plan: Plan;
  outcome: Outcome | null;
  verdict: Verdict;
  turns: Turns;
  /** From 202 to the recorded outcome; null when there was none. */
  seconds: number | null;
}

export interface BatchOptions {
  seed: string;
  /** From 202 to the recorded outcome at the latest. */
  deadlineMs: number;
  say(line: string): void;
  /** Called while everything still stands, when a run was lost, doubled or falsely done. */
  onFailure(failed: readonly Played[], subject: Subject, rig: Rig, ledger: Ledger): Promise<void>;
}

/** The simulator leaves this many of its tickets with a fault that persists: no run closes those. */
const stillFull = 2;

/** Plays one run for each point, all in flight at once against one stack, and judges them by BMS's ledger. */
export async function playBatch(points: readonly Point[], subject: Subject, options: BatchOptions): Promise<Played[]> {
  const rig = await startRig({
    seed: options.seed,
    tickets: points.length + stillFull,
    simFlags: ['--job-seconds', '1-3'],
    config: serviceConfig,
  });
  try {
    const plans = await planFor(points, rig, options.seed);
    await subject.start(rig);
    rig.aim(createAim(plans));
    const acceptedAt = await submitAll(plans, subject);
    const ends = await awaitAll(plans, acceptedAt, subject, options);
    await rig.quiet();
    const ledger = await rig.stack.sim.ledger();
    const played = plans.map((plan): Played => {
      plan.struck ||= plan.point.kind === rowFailure && hasFailedRow(plan, ledger);
      const end = ends.get(plan);
      const outcome = end?.outcome ?? null;
      const verdict = judge(plan.target, outcome, ledger);
      return { plan, outcome, verdict, turns: rig.turns.of(plan.target.alertRefId), seconds: end?.seconds ?? null };
    });
    const failed = played.filter(hasFailed);
    if (failed.length > 0) await options.onFailure(failed, subject, rig, ledger);
    return played;
  } finally {
    await rig.stop();
  }
}

export const hasFailed = ({ verdict }: Played): boolean =>
  verdict.lost || verdict.doubled.length > 0 || verdict.falseDone.length > 0;

const hasFailedRow = ({ target }: Plan, { jobs }: Ledger): boolean =>
  jobs.some(({ rows }) => rows.some(({ alertRefId, ok }) => alertRefId === target.alertRefId && ok === false));

/** Gives each point an alert of its own, and makes the row of those fail that are to be handed to people. */
async function planFor(points: readonly Point[], rig: Rig, seed: string): Promise<Plan[]> {
  const random = createRandom(`${seed}:alerts`);
  const { tickets } = await rig.stack.sim.ledger();
  const open = tickets.filter(({ alertRefId, resolved }) => alertRefId !== null && !resolved);
  const plans = points.map((point, index): Plan => {
    const ticket = open[index];
    if (!ticket) throw new Error(`the simulated tenant has no ticket for run ${index}`);
    const alertRefId = point.path === 'open' ? random.uuid() : (ticket.alertRefId ?? '');
    return { point, target: { path: point.path, alertRefId, ticket }, struck: false };
  });
  for (const { target } of plans.filter(({ point }) => point.path === 'escalate')) {
    await rig.stack.sim.fault({
      match: { alertRefId: target.alertRefId },
      kind: 'row-failure',
      message: 'the agent on this device did not answer',
    });
  }
  return plans;
}

/** Senders come again until they are told 202. */
async function submitAll(plans: readonly Plan[], subject: Subject): Promise<Map<Plan, number>> {
  const acceptedAt = new Map<Plan, number>();
  for (const plan of plans) {
    for (let tries = 0; tries < 200 && !acceptedAt.has(plan); tries += 1) {
      const accepted = await subject.submit(plan.target).catch(() => false);
      if (accepted) acceptedAt.set(plan, Date.now());
      else await sleep(250);
    }
    await sleep(50);
  }
  return acceptedAt;
}

interface End {
  outcome: Outcome;
  seconds: number;
}

async function awaitAll(
  plans: readonly Plan[],
  acceptedAt: ReadonlyMap<Plan, number>,
  subject: Subject,
  { deadlineMs, say }: BatchOptions,
): Promise<Map<Plan, End>> {
  const ends = new Map<Plan, End>();
  const isOpen = (plan: Plan) => !ends.has(plan) && Date.now() < (acceptedAt.get(plan) ?? 0) + deadlineMs;
  for (let open = plans.filter(isOpen), round = 0; open.length > 0; open = open.filter(isOpen), round += 1) {
    for (const plan of open) {
      const outcome = await subject.outcome(plan.target).catch(() => null);
      if (outcome) ends.set(plan, { outcome, seconds: (Date.now() - (acceptedAt.get(plan) ?? 0)) / 1000 });
    }
    if (round % 10 === 9) say(`  ${ends.size} of ${plans.length} have an outcome`);
    await sleep(1_000);
  }
  return ends;
}
