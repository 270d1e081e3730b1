import type { Ledger, LedgerTicket } from '../../harness/sim-client.ts';
import { waitFor } from '../../harness/wait.ts';
import type { Contender } from './contender.ts';
import type { Reported } from './judge.ts';
import type { Scenario } from './scenarios.ts';

const patienceMs = 180_000;

/** Sends `alerts` alerts of disks that have room again, and waits for what the contender says of each. */
export async function play(scenario: Scenario, contender: Contender, alerts: number) {
  const tickets = openAlertTickets(await contender.sim.ledger()).slice(0, alerts);
  if (tickets.length < alerts) throw new Error('the simulated tenant holds too few RMM tickets');
  const reported: Reported[] = [];
  if (scenario.oneByOne) for (const ticket of tickets) reported.push(await playOne(scenario, contender, ticket));
  else reported.push(...(await Promise.all(tickets.map((ticket) => playOne(scenario, contender, ticket)))));
  return { reported, ledger: await settled(contender), tokens: await contender.tokens() };
}

const openAlertTickets = ({ tickets }: Ledger) =>
  tickets.filter(({ alertRefId, resolved }) => alertRefId !== null && !resolved);

async function playOne({ prepare, disturb }: Scenario, contender: Contender, ticket: LedgerTicket): Promise<Reported> {
  await prepare?.(contender.sim, ticket);
  const startedAt = Date.now();
  await contender.deliver(ticket);
  await disturb?.(contender, ticket);
  const { saysDone, words } = await waitFor('a verdict', () => contender.verdict(ticket), patienceMs);
  const seconds = (Date.now() - startedAt) / 1000;
  const now = (await contender.sim.ledger()).tickets.find(({ id }) => id === ticket.id);
  return { ticketId: ticket.id, saysDone, words, wasResolved: now?.resolved ?? false, seconds };
}

/** The ledger once every job that was started has ended. */
const settled = ({ sim }: Contender): Promise<Ledger> =>
  waitFor(
    'the last job',
    async () => ((ledger) => ledger.jobs.every(({ status }) => status === 'Completed') && ledger)(await sim.ledger()),
    patienceMs,
  );
