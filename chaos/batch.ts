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
import type { Target } from './target.ts';
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
    const targets = plans.map(({ target }) => target);
    const ends = await awaitOutcomes(targets, await submitAll(targets, subject), subject, options);
    await rig.quiet();
    const ledger = await rig.stack.sim.ledger();
    const played = plans.map((plan): Played => {
      plan.struck ||= plan.point.kind === rowFailure && hasFailedRow(plan, ledger);
      const end = ends.get(plan.target);
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

async function submitAll(targets: readonly Target[], subject: Subject): Promise<Map<Target, number>> {
  const acceptedAt = new Map<Target, number>();
  for (const target of targets) {
    acceptedAt.set(target, await submit(target, subject));
    await sleep(betweenAlertsMs);
  }
  return acceptedAt;
}

/** Sends until the alert is accepted, as senders do after a 503; returns when that was. */
export async function submit(target: Target, subject: Subject): Promise<number> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    if (await subject.submit(target).catch(() => false)) return Date.now();
    await sleep(betweenTriesMs);
  }
  throw new Error(`alert ${target.alertRefId} was refused ${maxTries} times: the subject accepts nothing`);
}

export interface End {
  outcome: Outcome;
  seconds: number;
}

/** Fills `ends` as outcomes come in, until each target has one or its time is over. A target's time begins with 202. */
export async function awaitOutcomes(
  targets: readonly Target[],
  acceptedAt: ReadonlyMap<Target, number>,
  subject: Subject,
  { deadlineMs, say }: Pick<BatchOptions, 'deadlineMs' | 'say'>,
  ends = new Map<Target, End>(),
): Promise<ReadonlyMap<Target, End>> {
  const isOpen = (target: Target) =>
    !ends.has(target) && Date.now() < (acceptedAt.get(target) ?? Number.POSITIVE_INFINITY) + deadlineMs;
  for (let open = targets.filter(isOpen), round = 1; open.length > 0; open = open.filter(isOpen), round += 1) {
    for (const target of open) {
      const accepted = acceptedAt.get(target);
      const outcome = accepted === undefined ? null : await subject.outcome(target).catch(() => null);
      if (outcome && accepted) ends.set(target, { outcome, seconds: (Date.now() - accepted) / 1000 });
    }
    if (round % 10 === 0) say(`  ${ends.size} of ${targets.length} have an outcome`);
    await sleep(betweenLooksMs);
  }
  return ends;
}

const betweenAlertsMs = 50;
const betweenTriesMs = 250;
const maxTries = 240;
const betweenLooksMs = 1_000;
