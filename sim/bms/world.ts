import type { Effect, Mail, RefusedRow } from './effects.ts';
import { createFaults, type Faults } from './faults.ts';
import { fileTicket, type TicketFile } from './file-ticket.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import type { BmsOptions, SecondResolve } from './options.ts';
import { createRandom, type Random } from './random.ts';
import type { Job } from './rmm/job.ts';
import { seedTickets } from './seed-tickets.ts';
import { buildTenant } from './tenant/build.ts';
import type { Tenant } from './tenant/tenant.ts';
import type { Sequence } from './ticket.ts';
import { createTokens, type Tokens } from './tokens.ts';

export interface RequestCounts {
  total: number;
  byEndpoint: Record<string, number>;
  rejected429: number;
}

export interface SchedulerJob {
  id: string;
  name: string;
}

/** All that a reset throws away. */
export interface World extends TicketFile {
  seed: string;
  tenant: Tenant;
  sequence: Sequence;
  jobs: Map<string, Job>;
  /** Accepted, and not yet carried out. */
  pendingJobs: Set<Job>;
  effects: Effect[];
  refused: RefusedRow[];
  mails: Mail[];
  /** Of each entity type, the ids in the other product and the PSA's own. */
  mappings: Map<string, Map<string, number>>;
  /** BMS's own nightly work; nothing here starts any. */
  schedulerJobs: SchedulerJob[];
  secondResolve: SecondResolve;
  requests: RequestCounts;
  faults: Faults;
  tokens: Tokens;
  limiter: Limiter | null;
  /** For what happens while the tenant lives: job ids, latencies, failures. */
  random: Random;
}

export function createWorld(options: BmsOptions): World {
  const { tenant, servers } = buildTenant(options);
  const sequence = createSequence(createRandom(`${options.seed}:sequence`));
  const tickets = seedTickets(tenant, servers, sequence, options.now());
  const world: World = {
    seed: options.seed,
    tenant,
    sequence,
    tickets: new Map(),
    ticketsByAsset: new Map(),
    jobs: new Map(),
    pendingJobs: new Set(),
    effects: [],
    refused: [],
    mails: [],
    mappings: new Map(),
    schedulerJobs: [{ id: createRandom(`${options.seed}:scheduler`).uuid(), name: 'Nightly asset sync' }],
    secondResolve: options.secondResolve,
    requests: { total: 0, byEndpoint: {}, rejected429: 0 },
    faults: createFaults(createRandom(`${options.seed}:faults`)),
    tokens: createTokens(options.tokenSeconds * 1000),
    limiter: options.rateLimit && createLimiter(options.window, options.rateLimit),
    random: createRandom(`${options.seed}:run`),
  };
  for (const ticket of tickets) fileTicket(world, ticket);
  return world;
}

function createSequence(random: Random): Sequence {
  const ticketId = counter(random.int(1_000_000, 9_000_000), () => random.int(1, 5));
  const ticketNumber = counter(random.int(10_000, 900_000), () => 1);
  const noteId = counter(random.int(10_000_000, 90_000_000), () => random.int(1, 9));
  return { ticketId, ticketNumber: () => String(ticketNumber()), noteId };
}

function counter(start: number, step: () => number): () => number {
  let last = start;
  return () => {
    last += step();
    return last;
  };
}
