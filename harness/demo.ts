import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import type { Run } from '../src/domain/run-view.ts';
import { type RedisHandle, startRedis } from './redis.ts';
import { bold, dim, green, red, report } from './report.ts';
import { type Ledger, type LedgerTicket, resolveOperation, type SimClient } from './sim-client.ts';
import { dattoAlert, type ServiceClient, type Stack, startStack } from './stack.ts';
import { waitFor } from './wait.ts';

const say = (line = '') => console.log(line);
const failureMessage = 'The agent on this device did not answer';

/** The main job from end to end on real parts. Answers whether BMS's own ledger bears the outcome out. */
async function demo(stack: Stack, redis: RedisHandle, staysUp: boolean): Promise<boolean> {
  const service = await stack.start('all');
  const client = stack.client(service.url);
  say(`${dim('redis')}    ${redis.describe}`);
  say(`${dim('bms')}      ${stack.simUrl} (simulated)   ${dim('service')} ${service.url}`);
  const [good, bad] = pickTickets(await stack.sim.ledger());

  heading(1, 'A disk alert whose fault is over: close its ticket, and prove it');
  const first = await playAlert(good, stack.sim, client);
  heading(2, 'The same kind of alert, but its row fails inside a job that "completed"');
  await stack.sim.fault({
    match: { method: 'POST', path: '/v2/rmm/{integrationType}/tickets/resolve', alertRefId: bad.alertRefId ?? '' },
    kind: 'row-failure',
    message: failureMessage,
  });
  const second = await playAlert(bad, stack.sim, client);
  heading(3, 'The first alert again: no second run');
  const repeated = await playDuplicate(good, client);

  say();
  const checks = verify(await stack.sim.ledger(), {
    good,
    bad,
    first,
    second,
    repeated,
    runs: (await client.runs()).items.length,
  });
  for (const [what, ok] of checks) say(`  ${ok ? green('✓') : red('✗')} ${what}`);
  say();
  // With --once these addresses are dead by the time that anybody reads them.
  if (staysUp) whereToLook(stack, service.url, [first, second]);
  return checks.every(([, ok]) => ok);
}

const heading = (n: number, text: string) => say(`\n${bold(`${n}. ${text}`)}`);

/** Two alerts that the simulated RMM has already put into BMS as tickets. */
function pickTickets({ tickets }: Ledger): [LedgerTicket, LedgerTicket] {
  const [good, bad] = tickets.filter(({ alertRefId, resolved }) => alertRefId !== null && !resolved);
  if (!good || !bad) throw new Error('the simulated tenant holds too few RMM tickets');
  return [good, bad];
}

async function playAlert(ticket: LedgerTicket, sim: SimClient, client: ServiceClient): Promise<Run> {
  const before = await sim.ledger();
  const alert = dattoAlert(ticket);
  const response = await client.deliver('datto', alert);
  say(`  POST /webhooks/datto  ${alert.alert} → ${response.status}`);
  const run = await follow(ticket, client);
  say();
  say(report({ run, before, after: await sim.ledger(), alertTitle: alert.alert, ticket }));
  return run;
}

/** Prints the run's steps as they happen. */
async function follow(ticket: LedgerTicket, client: ServiceClient): Promise<Run> {
  const runId = await waitFor('the run', async () => (await client.alerts(ticket.alertRefId ?? ''))[0]?.runId);
  let shown = 0;
  return waitFor(
    'the end of the run',
    async () => {
      const run = await client.run(runId);
      for (const { at, what } of run.steps.slice(shown)) say(`  ${dim(at.slice(11, 23))} ${what}`);
      shown = run.steps.length;
      return run.state === 'concluded' && run;
    },
    60_000,
  );
}

async function playDuplicate(ticket: LedgerTicket, client: ServiceClient): Promise<string> {
  const response = await client.deliver('datto', dattoAlert(ticket));
  const { alerts } = (await response.json()) as { alerts: { id: string }[] };
  const record = await waitFor('the duplicate', async () => {
    const all = await client.alerts(ticket.alertRefId ?? '');
    return all.find(({ id }) => id === alerts[0]?.id);
  });
  say(`  POST /webhooks/datto → ${response.status}, outcome ${record.outcome}: ${record.reason}`);
  return record.outcome ?? 'none';
}

interface Played {
  good: LedgerTicket;
  bad: LedgerTicket;
  first: Run;
  second: Run;
  repeated: string;
  runs: number;
}

/** Judged by BMS's ledger wherever it can be, not by what the service says of itself. */
function verify(ledger: Ledger, { good, bad, first, second, repeated, runs }: Played): [string, boolean][] {
  const ticketOf = ({ id }: LedgerTicket) => ledger.tickets.find((ticket) => ticket.id === id);
  const resolves = (ticket: LedgerTicket) =>
    ledger.effects.filter(
      ({ operation, alertRefId }) => operation === resolveOperation && alertRefId === ticket.alertRefId,
    ).length;
  return [
    [
      `ticket ${good.ticketNumber} is resolved, exactly once`,
      ticketOf(good)?.resolved === true && resolves(good) === 1,
    ],
    ['the first run says "resolved"', first.disposition === 'resolved'],
    [`ticket ${bad.ticketNumber} is not resolved`, ticketOf(bad)?.resolved === false && resolves(bad) === 0],
    [
      'the second run says "escalated", and why',
      second.disposition === 'escalated' && (second.reason ?? '').includes(failureMessage),
    ],
    ['its ticket waits in the escalation queue', ticketOf(bad)?.queueName === 'Tier 3 Escalation'],
    ['the duplicate made no second run', repeated === 'merged' && runs === 2],
  ];
}

function whereToLook({ apiKey }: Stack, url: string, runs: Run[]): void {
  say(bold('Where to look'));
  say(`  ${url}/board   log in as "demo", password ${apiKey}`);
  for (const { id } of runs) say(`  curl -H 'Authorization: Bearer ${apiKey}' ${url}/v1/runs/${id}`);
}

/** A demo must not write into a Redis that holds real runs. */
async function refuseUsedRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    const [, found] = await redis.scan('0', 'MATCH', '{bms}*', 'COUNT', 10_000);
    if (found.length > 0)
      throw new Error(`REDIS_URL already holds bms-triage data (${found[0]}): unset it, or name an empty Redis`);
  } finally {
    redis.disconnect();
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false }, seed: { type: 'string' } } });
  const redis = await startRedis();
  if (redis.kind === 'embedded')
    say(red('No redis-server here: using an in-memory stand-in. Fine for a demo; never for real alerts.'));
  let stack: Stack | null = null;
  try {
    if (redis.kind === 'given') await refuseUsedRedis(redis.url);
    const seed = values.seed ?? String(Date.now() % 100_000);
    stack = await startStack({ redis, simFlags: ['--seed', seed, '--job-seconds', '1-3'] });
    const ok = await demo(stack, redis, !values.once);
    if (!values.once) {
      say(dim('\nRunning until you press Ctrl-C.'));
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    }
    return ok ? 0 : 1;
  } finally {
    await stack?.stop();
    await redis.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(red(error instanceof Error ? error.message : String(error)));
    process.exit(1);
  },
);
