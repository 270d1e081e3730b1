import { type Moment, moments } from '../harness/tap.ts';
import { createRandom } from '../sim/bms/random.ts';

/** How a run goes when nothing disturbs it: it closes the alert's ticket, hands it to people, or opens one. */
export type Path = 'resolve' | 'escalate' | 'open';

/**
 * Where a fault strikes: at the n-th append to the run's journal (from 0), at a step of the batch that its row is in, or
 * at a request to BMS. The batch's record, the job in each journal, is an append like others.
 */
export type Where =
  | { at: 'append'; n: number; moment: Moment }
  | { at: 'batch'; step: 'claim' | 'send'; moment: Moment }
  | { at: 'request'; endpoint: string; moment: Moment };

/** What is done to whom. `answer` and `cut` strike one request; the others strike a process. */
export type Action =
  | { do: 'kill' | 'pause' | 'terminate' | 'roll' | 'restart-redis' | 'cut' | 'hold' }
  | { do: 'answer'; status: number; body: unknown };

export interface Point {
  /** The row of the table that it counts in. */
  kind: string;
  path: Path;
  /** Null: nothing strikes from outside (its row may still fail inside BMS). */
  strike: { where: Where; action: Action } | null;
}

/** Asked of the simulated BMS itself, for every run that is to hand over; the only kind that has nothing else. */
export const rowFailure = 'row failure';

const rmm = '/v2/rmm/{integrationType}/tickets';
const desk = '/v2/servicedesk';
const writes = {
  resolve: `POST ${rmm}/resolve`,
  escalate: `POST ${desk}/tickets/{ticketId}/assignticket`,
  open: `POST ${rmm}`,
} satisfies Record<Path, string>;

/** Every request that a run makes, with a path on which it is made. */
const requests: [Path, string][] = [
  ['resolve', 'POST /v2/security/authenticate'],
  ['resolve', `GET ${desk}/tickets`],
  ['resolve', `GET ${desk}/tickets/{ticketId}`],
  ['resolve', `GET ${desk}/hardwareasset/{assetId}`],
  ['resolve', writes.resolve],
  ['resolve', `GET ${rmm}/status/{jobId}`],
  ['escalate', 'GET /v2/system/queues/lookup'],
  ['escalate', 'GET /v2/system/lookup/{tableName}'],
  ['escalate', writes.escalate],
  ['open', `GET ${desk}/hardwareasset/searchselect`],
  ['open', writes.open],
];

/** Appends of an undisturbed run: queued, started, scope, turns, intents, results, concluded. */
const appends: Record<Path, number> = { resolve: 13, escalate: 16, open: 11 };

const point = (kind: string, path: Path, where: Where, action: Action): Point => ({
  kind,
  path,
  strike: { where, action },
});
const atAppend = (n: number, moment: Moment): Where => ({ at: 'append', n, moment });
const atRequest = (endpoint: string, moment: Moment): Where => ({ at: 'request', endpoint, moment });

const atBatch = (step: 'claim' | 'send', moment: Moment): Where => ({ at: 'batch', step, moment });

/** Every append of every path; the way to a failed row is that to a closed ticket as far as the row's outcome. */
const allAppends = (Object.keys(appends) as Path[]).flatMap((path) =>
  Array.from({ length: appends[path] }, (_, n) => ({ path, n })).filter(({ n }) => path !== 'resolve' || n > 9),
);

const killsAtAppends = moments.flatMap((moment) =>
  allAppends.map(({ path, n }) => point(`kill ${moment} append`, path, atAppend(n, moment), { do: 'kill' })),
);

const batchSteps = (['claim', 'send'] as const).flatMap((step) =>
  (['resolve', 'open'] as const).map((path) => ({ step, path })),
);

/** Between claim, send, answer and record of a batch. */
const killsInBatches = moments.flatMap((moment) =>
  batchSteps.map(({ step, path }) => point(`kill ${moment} batch step`, path, atBatch(step, moment), { do: 'kill' })),
);

/** The worker lives, its connection does not: what was on its way is sent again by the client, wanted or not. */
const redisCuts = (['before', 'after'] as const).flatMap((moment) => [
  ...allAppends
    .filter(({ path, n }) => path === 'escalate' || n > 9)
    .map(({ path, n }) => point(`Redis cut ${moment}`, path, atAppend(n, moment), { do: 'cut' })),
  ...batchSteps.map(({ step, path }) => point(`Redis cut ${moment}`, path, atBatch(step, moment), { do: 'cut' })),
]);

const killsAtRequests = moments.flatMap((moment) =>
  requests.map(([path, endpoint]) =>
    point(`kill ${moment} request`, path, atRequest(endpoint, moment), { do: 'kill' }),
  ),
);

const failure = {
  success: false,
  error: { code: 1500, message: 'A fault that was asked for', details: [] },
  result: null,
};

/** What an upstream does on a bad day, to each write and to one read. `after`: BMS has done it, and says otherwise. */
const badDays: [kind: string, moment: Moment, action: Action][] = [
  ['drop before', 'before', { do: 'cut' }],
  ['drop after', 'after', { do: 'cut' }],
  ['answer too late', 'after', { do: 'hold' }],
  ['status 500 before', 'before', { do: 'answer', status: 500, body: failure }],
  ['status 500 after', 'after', { do: 'answer', status: 500, body: failure }],
  ['success false', 'before', { do: 'answer', status: 200, body: failure }],
];

const upstreamFaults = badDays.flatMap(([kind, moment, action]) =>
  [...Object.entries(writes), ['resolve', `GET ${desk}/tickets`] as const].map(([path, endpoint]) =>
    point(kind, path as Path, atRequest(endpoint, moment), action),
  ),
);

/** The moments that matter most: an intent is written and nothing sent yet; a job is submitted; a turn is answered. */
const processFaults: Point[] = [
  point('pause past the lock', 'resolve', atAppend(6, 'answered'), { do: 'pause' }),
  point('pause past the lock', 'escalate', atAppend(13, 'answered'), { do: 'pause' }),
  point('pause past the lock', 'open', atAppend(5, 'before'), { do: 'pause' }),
  point('pause past the lock', 'resolve', atRequest(writes.resolve, 'after'), { do: 'pause' }),
  point('pause past the lock', 'resolve', atBatch('claim', 'answered'), { do: 'pause' }),
  point('pause past the lock', 'open', atBatch('send', 'answered'), { do: 'pause' }),
  point('Redis kill -9, restart', 'open', atBatch('claim', 'after'), { do: 'restart-redis' }),
  point('SIGTERM under load', 'open', atBatch('claim', 'answered'), { do: 'terminate' }),
  point('Redis kill -9, restart', 'resolve', atAppend(6, 'answered'), { do: 'restart-redis' }),
  point('Redis kill -9, restart', 'escalate', atAppend(7, 'after'), { do: 'restart-redis' }),
  point('SIGTERM under load', 'resolve', atAppend(6, 'answered'), { do: 'terminate' }),
  point('SIGTERM under load', 'escalate', atRequest(writes.escalate, 'before'), { do: 'terminate' }),
  point('rolling restart', 'resolve', atAppend(3, 'answered'), { do: 'roll' }),
];

const calm: Point[] = [
  { kind: rowFailure, path: 'escalate', strike: null },
  { kind: 'none of its own', path: 'resolve', strike: null },
  { kind: 'none of its own', path: 'open', strike: null },
];

export const allPoints: readonly Point[] = [
  ...killsAtAppends,
  ...killsInBatches,
  ...killsAtRequests,
  ...redisCuts,
  ...upstreamFaults,
  ...processFaults,
  ...calm,
];

export const kinds = [...new Set(allPoints.map(({ kind }) => kind))];

/** What strikes any subject that closes a ticket, however it works inside: requests to BMS, and failed rows. */
export const pointsForAnybody: readonly Point[] = allPoints.filter(({ path, strike }) => {
  if (strike === null) return path !== 'open';
  return path === 'resolve' && strike.where.at === 'request' && !strike.where.endpoint.endsWith('/{ticketId}');
});

/** A point for each run: every point once before any comes twice, in an order that the seed decides. */
export function pointsFor(runs: number, seed: string, only: string | null, from = allPoints): Point[] {
  const choice = from.filter(({ kind }) => only === null || kind === only);
  if (choice.length === 0) throw new Error(`no such point is of the kind "${only}"`);
  const random = createRandom(seed);
  const chosen: Point[] = [];
  while (chosen.length < runs) chosen.push(...shuffle(choice, random.int));
  return chosen.slice(0, runs);
}

/** One point of every kind, and as many more as fit: what a sample must at least hold. */
export function sampleFor(runs: number, seed: string): Point[] {
  const shuffled = pointsFor(allPoints.length, seed, null);
  const first = kinds.flatMap((wanted) => shuffled.find(({ kind }) => kind === wanted) ?? []);
  return [...first, ...shuffled.filter((one) => !first.includes(one))].slice(0, runs);
}

function shuffle<T>(list: readonly T[], int: (min: number, max: number) => number): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(int(0, left.length - 1), 1));
}

export function describeWhere(where: Where): string {
  if (where.at === 'append') return `${where.moment} append ${where.n}`;
  if (where.at === 'batch') return `${where.moment} ${where.step} of its batch`;
  return `${where.moment} ${where.endpoint}`;
}
