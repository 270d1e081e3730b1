import type { Exchange } from '../harness/http-proxy.ts';
import type { Append, BatchStep } from '../harness/redis-proxy.ts';
import type { Moment } from '../harness/tap.ts';
import { fitsTemplate } from '../sim/bms/path-glob.ts';
import type { Plan } from './plan.ts';
import type { Action } from './points.ts';

/** Decides from the traffic whether the moment of a planned fault has come. Each plan is taken once. */
export interface Aim {
  atAppend(moment: Moment, append: Append): Action | null;
  atBatch(moment: Moment, step: BatchStep): Action | null;
  atRequest(moment: Moment, exchange: Exchange): Action | null;
  /** How many answers of the model are in the journal of the alert's run. */
  turnsAnswered(alertRefId: string): number;
}

interface SeenRun {
  alertRefId: string;
  appends: number;
  turns: number;
  /** Its row waits for a batch. */
  isQueued: boolean;
}

export function createAim(plans: readonly Plan[]): Aim {
  const runs = new Map<string, SeenRun>();
  const jobs = new Map<string, string>();
  const batches = new Map<string, readonly SeenRun[]>();

  const take = (plan: Plan | undefined): Action | null => {
    if (!plan?.point.strike) return null;
    plan.struck = true;
    return plan.point.strike.action;
  };

  const runOf = (runId: string, args: readonly string[]): SeenRun => {
    const known = runs.get(runId);
    if (known) return known;
    const run = { alertRefId: sourceIdIn(args), appends: 0, turns: 0, isQueued: false };
    runs.set(runId, run);
    return run;
  };

  /** Counts the entry once it is accepted; answers with its place in the journal, from 0. */
  const placeOf = (run: SeenRun, moment: Moment, args: readonly string[]): number => {
    if (moment === 'before') return run.appends;
    if (moment === 'answered') return run.appends - 1;
    if (args.some((arg) => arg.includes('"type":"model_answered"'))) run.turns += 1;
    if (args.some((arg) => /"type":"write_intended".*"batch":"/.test(arg))) run.isQueued = true;
    run.appends += 1;
    return run.appends - 1;
  };

  const plannedAt = (alertRefId: string, moment: Moment, n: number): Plan | undefined =>
    plans.find(({ struck, target, point }) => {
      const where = point.strike?.where;
      if (struck || where?.at !== 'append' || target.alertRefId !== alertRefId) return false;
      return where.moment === moment && where.n === n;
    });

  /** Whose rows the step is about. A claim is about every row that waits, until its answer says which rows it took. */
  const concerned = (moment: Moment, { step, batchId, runIds }: BatchStep): readonly SeenRun[] => {
    if (step === 'send') return batches.get(batchId) ?? [];
    if (moment === 'before') return [...runs.values()].filter(({ isQueued }) => isQueued);
    const taken = runIds.flatMap((id) => runs.get(id) ?? []);
    for (const run of taken) run.isQueued = false;
    batches.set(batchId, taken);
    return taken;
  };

  return {
    atBatch(moment, seen) {
      const alerts = new Set(concerned(moment, seen).map(({ alertRefId }) => alertRefId));
      return take(
        plans.find(({ struck, target, point }) => {
          const where = point.strike?.where;
          if (struck || where?.at !== 'batch' || !alerts.has(target.alertRefId)) return false;
          return where.moment === moment && where.step === seen.step;
        }),
      );
    },
    atAppend(moment, { runIds, args }) {
      const due = runIds.map((runId) => {
        const run = runOf(runId, args);
        return plannedAt(run.alertRefId, moment, placeOf(run, moment, args));
      });
      return take(due.find((plan) => plan !== undefined));
    },
    atRequest(moment, exchange) {
      const path = exchange.url.split('?', 1)[0] ?? '';
      if (moment === 'after') learnJob(jobs, exchange);
      return take(
        plans.find(({ struck, target, point }) => {
          const where = point.strike?.where;
          if (struck || where?.at !== 'request' || where.moment !== moment) return false;
          const [method, template = ''] = where.endpoint.split(' ');
          return (
            method === exchange.method && fitsTemplate(path, template) && concerns(target, template, exchange, jobs)
          );
        }),
      );
    },
    turnsAnswered: (alertRefId) =>
      Math.max(0, ...[...runs.values()].filter((run) => run.alertRefId === alertRefId).map(({ turns }) => turns)),
  };
}

/** The entry that opens a journal names the alert. */
const sourceIdIn = (args: readonly string[]): string =>
  args.map((arg) => /"sourceId":"([^"]+)"/.exec(arg)?.[1]).find((id) => id !== undefined) ?? '';

/** What a job's id stands for is known from the submission that it answered. */
function learnJob(jobs: Map<string, string>, { body, answer }: Exchange): void {
  const jobId = /"jobId":"?(\d+)/i.exec(answer ?? '')?.[1];
  if (jobId !== undefined && body !== '') jobs.set(jobId, body);
}

/** Is this request made for the target's sake? Sign-in and lookups are made for everybody's. */
function concerns(
  { alertRefId, ticket }: Plan['target'],
  template: string,
  { url, body }: Exchange,
  jobs: ReadonlyMap<string, string>,
): boolean {
  const last = decodeURIComponent(url.split(/[/?]/).at(-1) ?? '');
  switch (template.match(/\{(\w+)\}/g)?.at(-1)) {
    case '{ticketId}':
      return url.split(/[/?]/).includes(String(ticket.id));
    case '{assetId}':
      return last === String(ticket.assetId);
    case '{jobId}':
      return jobs.get(last)?.includes(alertRefId) ?? false;
    case '{integrationType}':
      return body.includes(alertRefId);
    case '{tableName}':
      return true;
  }
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  return query.size === 0 || [...query.values()].includes(ticket.assetName ?? '');
}
