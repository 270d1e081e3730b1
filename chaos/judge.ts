import { type Effect, type Ledger, resolveOperation } from '../harness/sim-client.ts';
import type { Outcome } from './subject.ts';
import type { Target } from './target.ts';

/** What BMS's own ledger says of one alert, held against what the subject says. */
export interface Verdict {
  /** Accepted, and no outcome within its deadline. */
  lost: boolean;
  /** Effects that happened more than once. */
  doubled: string[];
  /** Claims that the ledger does not bear out. */
  falseDone: string[];
  undecidable: string[];
  /** It was handed over undecided, yet the ledger has a resolve or a new ticket: a better read-back would have found it. */
  doneAllTheSame: boolean;
  /** It was handed over undecided, and no row for it ever reached BMS: nothing there could have been found. */
  neverArrived: boolean;
  /** A person should have it, but nothing in BMS says so. */
  untold: boolean;
}

/** `outcome` null: there was none within the deadline. */
export function judge(target: Target, outcome: Outcome | null, ledger: Ledger): Verdict {
  const effects = effectsFor(target, ledger);
  const isUndecided = (outcome?.undecidable.length ?? 0) > 0;
  return {
    lost: outcome === null,
    doubled: doubledIn(effects),
    falseDone: outcome ? unfounded(target, outcome, effects, ledger) : [],
    undecidable: outcome?.undecidable ?? [],
    untold:
      outcome !== null && needsPerson(outcome) && !effects.some(isSeen) && !ledger.effects.some(isReportOf(outcome)),
    doneAllTheSame: isUndecided && effects.some(isFirstChoice),
    neverArrived: isUndecided && !hasRow(target, ledger),
  };
}

const hasRow = ({ alertRefId }: Target, { jobs }: Ledger): boolean =>
  jobs.some(({ rows }) => rows.some((row) => row.alertRefId === alertRefId));

const assignOperation = 'POST /v2/servicedesk/tickets/{ticketId}/assignticket';
const createOperation = 'POST /v2/rmm/{integrationType}/tickets';

/** Of these, a second one is a double whatever its text says: an alert has one ticket, which is closed once. */
const onceEach = new Set([resolveOperation, createOperation]);

/** A resolve or a new ticket that the run wanted for itself: not the ticket by which it hands over. */
const isFirstChoice = ({ operation, body }: Effect): boolean =>
  onceEach.has(operation) && !textOf(body).includes('[handover]');

/** What people see: the ticket in their queue, or a new one. */
const isSeen = ({ operation }: Effect): boolean => operation === assignOperation || operation === createOperation;

/** Or a note of the hand-over, wherever it was left. */
const isReportOf =
  ({ runId }: Outcome) =>
  ({ body }: Effect): boolean =>
    JSON.stringify(body ?? null).includes(`[bms-triage ${runId.slice(0, 8)} handover`);

const needsPerson = ({ said }: Outcome) => said === 'escalated' || said === 'inconclusive';

/** Everything that was done for the alert: by its own id, or to a ticket that carries it. */
function effectsFor({ alertRefId, path, ticket }: Target, { effects, tickets }: Ledger): Effect[] {
  const own = new Set(tickets.filter((one) => one.alertRefId === alertRefId).map(({ id }) => id));
  if (path !== 'open') own.add(ticket.id);
  return effects.filter((effect) => effect.alertRefId === alertRefId || own.has(effect.ticketId ?? 0));
}

function doubledIn(effects: readonly Effect[]): string[] {
  const counts = new Map<string, number>();
  for (const { operation, ticketId, body } of effects) {
    const what = onceEach.has(operation) ? operation : `${operation} on ${ticketId}: ${textOf(body)}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].flatMap(([what, count]) => (count > 1 ? [`${count} x ${what}`] : []));
}

/** What was sent, without its time and without the run's name in our mark: two runs for one alert are no excuse. */
const textOf = (body: unknown): string =>
  JSON.stringify(body ?? null)
    .replace(/"NoteDate":"[^"]*",?/i, '')
    .replace(/\[bms-triage \w+ (\w+)\]/g, '[$1]');

function unfounded(
  { alertRefId, path, ticket }: Target,
  outcome: Outcome,
  effects: Effect[],
  ledger: Ledger,
): string[] {
  const claims = new Set([...outcome.claims, ...(outcome.said === 'resolved' ? [resolveOperation] : [])]);
  const wrong = [...claims].filter((claim) => !effects.some(({ operation }) => operation === claim));
  const isOwn = (one: Ledger['tickets'][number]) =>
    one.alertRefId === alertRefId || (path !== 'open' && one.id === ticket.id);
  const isClosed = ledger.tickets.some((one) => isOwn(one) && one.resolved);
  if (outcome.said === 'resolved' && !isClosed) wrong.push('says resolved, but the ticket is open');
  return wrong;
}
