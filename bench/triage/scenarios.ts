import { type LedgerTicket, resolveOperation, type SimClient } from '../../harness/sim-client.ts';
import { waitFor } from '../../harness/wait.ts';
import type { Contender, Setting } from './contender.ts';

export interface Scenario {
  name: string;
  /** How long BMS's job takes, in seconds. */
  jobSeconds: number;
  rateLimit: Setting['rateLimit'];
  /** Alerts come one after the other, so that each meets its own fault; else all at once. */
  oneByOne: boolean;
  /** Before the alert is sent. */
  prepare?(sim: SimClient, ticket: LedgerTicket): Promise<void>;
  /** While it is worked on. */
  disturb?(contender: Contender, ticket: LedgerTicket): Promise<void>;
}

/** A quick job ends between a model's first and second poll; a slow one outlasts every poll that a model has turns for. */
const quick = 0.6;
const usual = 3;
const slow = 12;

const calm = { jobSeconds: usual, rateLimit: null, oneByOne: false };
const [method, path] = resolveOperation.split(' ') as ['POST', string];
const resolve = { method, path };

export const scenarios: readonly Scenario[] = [
  { ...calm, name: 'no fault', jobSeconds: quick },
  { ...calm, name: 'no fault, one by one', jobSeconds: quick, oneByOne: true },
  {
    ...{ ...calm, name: 'row fails in a completed job', jobSeconds: quick },
    prepare: (sim, { alertRefId }) =>
      sim.fault({
        match: { ...resolve, alertRefId: alertRefId ?? '' },
        kind: 'row-failure',
        count: 9,
        message: 'The agent on this device did not answer',
      }),
  },
  { ...calm, name: 'slow jobs', jobSeconds: slow },
  {
    ...{ ...calm, name: 'answer to the resolve lost', oneByOne: true },
    prepare: (sim) => sim.fault({ match: resolve, kind: 'drop-after' }),
  },
  { ...calm, name: '429 in mid-run', rateLimit: { requests: 8, windowSeconds: 4 } },
  {
    ...{ ...calm, name: 'kill -9 in mid-run', oneByOne: true },
    async disturb({ sim, crash }, { alertRefId }) {
      const isSubmitted = async () =>
        (await sim.ledger()).jobs.some(({ rows }) => rows.some((row) => row.alertRefId === alertRefId));
      await waitFor('the job that closes the ticket', isSubmitted);
      await crash();
    },
  },
];

export interface Circumstances {
  alerts: number;
  seed: string;
  modelLatencyMs: number;
  /** What BMS does when a resolved ticket is resolved again, which is unknown outside Kaseya: `refuse` or `repeat`. */
  secondResolve: string;
}

export const settingOf = (
  { jobSeconds, rateLimit }: Scenario,
  { alerts, seed, modelLatencyMs, secondResolve }: Circumstances,
): Setting => {
  // The simulated RMM's last two alerts are of disks that are still full: their tickets must stay open.
  const flags = ['--seed', seed, '--tickets', String(alerts + 2), '--job-seconds', String(jobSeconds)];
  flags.push('--second-resolve', secondResolve);
  const limit = rateLimit
    ? ['--rate-limit', `${rateLimit.requests}/${rateLimit.windowSeconds}`, '--rate-headers', 'triple']
    : [];
  return { simFlags: [...flags, ...limit], rateLimit, modelLatencyMs };
};
