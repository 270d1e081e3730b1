import fc from 'fast-check';
import t from 'tap';
import { gather } from '../../../src/agent/gather.ts';
import { fold } from '../../../src/domain/fold.ts';
import type { Scope, Subject } from '../../../src/domain/journal.ts';
import { pendingBatches, type RunState } from '../../../src/domain/run-state.ts';
import { createTools } from '../../../src/tools/bms/index.ts';
import { offered } from '../../../src/tools/facts.ts';
import { idsRead } from '../../../src/tools/scope.ts';
import { advanceCall } from '../../../src/tools/seam.ts';
import { specOf, type Tool } from '../../../src/tools/tool.ts';
import { type Exchange, noDefaults, type RecordedBms, recordedBms } from '../../helpers/bms.ts';
import { alert } from '../../helpers/entries.ts';
import { noHints, playStores, submitRows, taskOf } from '../../helpers/play.ts';
import { redisClient } from '../../helpers/redis.ts';

/**
 * A caller that knows the tenant by heart (every id of it, inactive and foreign ones too) and calls whatever it likes,
 * against a tenant of another seed each time. It may write only with ids that BMS returned before.
 */
const seeds = 200;
const callsPerSeed = 16;

const stores = playStores(await redisClient(t), { now: Date.now });

t.test('no write carries an id that no read or lookup returned', { timeout: 110_000 }, async (t) => {
  const tally = { calls: 0, refused: 0, writes: 0, ids: 0 };
  for (let seed = 1; seed <= seeds; seed += 1) {
    const client = await recordedBms(t, { seed: `hostile-${seed}` });
    const { exchanges, entries, scope } = await assault(client, seed);
    await client.app.close();
    const writes = exchanges.filter(({ request }) => request.method !== 'GET');
    t.same(
      exchanges.flatMap((exchange, i) => unknownIds(exchange, exchanges.slice(0, i))),
      [],
      `seed ${seed}`,
    );
    t.same(foreignEffects(client, scope), [], `seed ${seed}: an effect outside the account`);
    tally.calls += callsPerSeed;
    tally.refused += entries.filter(({ type }) => type === 'call_refused').length;
    tally.writes += writes.length;
    tally.ids += writes.flatMap(({ request }) => idsWritten(request)).length;
  }
  t.ok(tally.writes > seeds / 2, 'the caller got some writes through, or the test shows nothing');
  t.ok(tally.refused > seeds);
  t.comment(`${seeds} seeds: ${JSON.stringify(tally)}`);
});

async function assault({ bms, state, exchanges }: RecordedBms, seed: number) {
  const subject = subjectFor(state, seed);
  const journal = await stores.journals.own(`run-${seed}`);
  await journal.append({ type: 'queued', subject, mode: 'auto', retryOf: null });
  const scope = await gather(subject, { bms, accounts: {}, hints: noHints, now: Date.now });
  await journal.append({ type: 'scope_resolved', scope });
  const all = createTools({ bms, defaults: { ...noDefaults, status: 'New' }, kaseyaOne: null });
  const tools = offered(new Map(all.map((tool) => [tool.name, tool])), subject);
  const openings = [...tools.values()].filter(({ name }) => /list.*(_servicedesk_tickets|searchselects)$/.test(name));
  const wild = fc.sample(fc.constantFrom(...tools.values()), { seed, numRuns: callsPerSeed - openings.length });
  for (const [i, tool] of [...openings, ...wild].entries()) {
    const id = `t${i}c1`;
    const isOpening = i < openings.length;
    const [args] = isOpening
      ? [{}]
      : fc.sample(argumentsOf(tool, hoard(state), shownTo(fold(await journal.read()))), {
          seed: seed * 999 + i,
          numRuns: 1,
        });
    const toolCalls = [{ id, name: tool.name, arguments: JSON.stringify(args) }];
    const usage = { promptTokens: 0, completionTokens: 0 };
    await journal.append({ type: 'model_answered', model: 'm', content: '', toolCalls, usage, ms: 0 });
    const current = fold(await journal.read());
    const call = current.calls.get(id);
    if (!call) throw new Error('the call is not in the journal');
    const context = { runId: journal.runId, callId: id, state: current, scope };
    const deps = {
      budget: { writes: 100 },
      freshMs: 0,
      jobDeadlineMs: 1,
      readBackMs: 1,
      absentAfterMs: 1,
      now: Date.now,
    };
    await advanceCall(call, context, { ...deps, ...journal, touchReads: bms.tickets, tools });
    for (const action of pendingBatches(fold(await journal.read()))) await submitRows(action, bms, stores);
  }
  return { exchanges, entries: await journal.read(), scope };
}

/** In turn: an alert with a ticket of its own, a task about an account, a task about a ticket. */
function subjectFor({ world }: RecordedBms['state'], seed: number): Subject {
  const tickets = [...world.tickets.values()];
  const own = tickets.filter(({ alertRefId }) => alertRefId !== null)[seed % 5];
  const device = world.tenant.assets.get(own?.assetId ?? 0);
  if (!own?.alertRefId || !device) throw new Error('the tenant has no alert');
  if (seed % 3 === 0) {
    const about = { ...alert, sourceId: own.alertRefId, device: { ...alert.device, name: device.name } };
    return { kind: 'alert', incidentId: 'i1', alert: about };
  }
  const account = world.tenant.accounts.find(({ id }) => id === own.accountId)?.name ?? '';
  return taskOf('do harm', seed % 3 === 1 ? { account } : { ticketNumber: own.ticketNumber });
}

/** What fits an argument, by the argument's name. */
type Hoard = Record<string, readonly (string | number)[]>;

/** All that the tenant holds, of every account, active or not. */
function hoard({ world }: RecordedBms['state']): Hoard {
  const { tenant } = world;
  const either = (entries: readonly { id: number; name: string }[]) => entries.flatMap(({ id, name }) => [id, name]);
  const tickets = [...world.tickets.values()];
  const assignee = either(tenant.employees);
  return {
    ticketId: tickets.map(({ id }) => id),
    assetId: [...tenant.assets.keys()],
    alertRefId: tickets.flatMap(({ alertRefId }) => alertRefId ?? []),
    queue: either(tenant.queues),
    status: either(tenant.statuses),
    priority: either(tenant.priorities),
    issueType: either(tenant.issueTypes),
    ...{ assignee, emailTo: assignee },
    location: either(tenant.accounts.flatMap(({ locations }) => locations)),
    contact: either(tenant.accounts.flatMap(({ contacts }) => contacts)),
  };
}

/** Ids of tickets and assets that the run was shown: a caller that is merely careless uses these. */
const shownTo = (state: RunState): Hoard => ({
  ticketId: [...idsRead('tickets', state)],
  assetId: [...idsRead('assets', state)],
});

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
}

/** Arguments that fit the schema, filled with what the caller hoards, was shown or makes up. */
function argumentsOf(tool: Tool, all: Hoard, shown: Hoard): fc.Arbitrary<unknown> {
  const from = (values: readonly (string | number)[] = [], weight: number) =>
    values.length === 0 ? [] : [{ weight, arbitrary: fc.constantFrom(...values) }];
  const anyOf = (name: string, isNumber: boolean) => {
    const fits = (values: readonly (string | number)[] = []) =>
      values.filter((value) => (typeof value === 'number') === isNumber);
    const junk = isNumber ? fc.integer({ min: -2, max: 9_999_999 }) : fc.constantFrom('High', '3', 'Main', 'x');
    return fc.oneof({ weight: 1, arbitrary: junk }, ...from(fits(all[name]), 6), ...from(fits(shown[name]), 8));
  };
  const fill = (schema: Schema, name: string): fc.Arbitrary<unknown> => {
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map((choice) => fill(choice, name)));
    if (schema.type === 'object') {
      const entries = Object.entries(schema.properties ?? {});
      return fc.record(Object.fromEntries(entries.map(([key, inner]) => [key, fill(inner, key)])));
    }
    if (schema.type === 'array') return fc.array(fill(schema.items ?? {}, name), { maxLength: 2 });
    if (schema.type === 'integer') return name === 'pageNumber' ? fc.constant(1) : anyOf(name, true);
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'null') return fc.constant(null);
    return /date|created/i.test(name) ? fc.constant('2026-11-30T10:00:00Z') : anyOf(name, false);
  };
  return fill(specOf(tool).parameters as Schema, 'arguments');
}

const isId = (key: string) => /ids?$/i.test(key);

/** Every number that stands under a name of an id, however deep. */
function idsIn(value: unknown, key = ''): number[] {
  if (typeof value === 'number') return isId(key) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((inner) => idsIn(inner, key));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => idsIn(inner, name));
}

/** Ids of a request: path, body, JSON Patch values, and the texts that hold ids. An RMM row's own names are texts. */
function idsWritten({ params = {}, body }: Exchange['request']): number[] {
  const patched = Array.isArray(body) ? body.flatMap(({ path, value }) => (isId(String(path)) ? [value] : [])) : [];
  const texts = [...JSON.stringify(body ?? null).matchAll(/"(?:ResourcesIds)":"([\d,]+)"/g)];
  const listed = texts.flatMap(([, list]) => (list ?? '').split(',').map(Number));
  return [...idsIn(params), ...idsIn(body), ...patched, ...listed];
}

/** The ids of a write that nothing before it returned, with the request that carried them. */
function unknownIds({ request }: Exchange, before: readonly Exchange[]): string[] {
  if (request.method === 'GET') return [];
  const returned = new Set(before.flatMap(({ answer }) => idsIn(answer?.result)));
  const unknown = idsWritten(request).filter((id) => !returned.has(id));
  return unknown.map((id) => `${request.method} ${request.template} with ${id}`);
}

/** What really changed in BMS, and is not of the run's account. */
function foreignEffects({ state: { world } }: RecordedBms, { account }: Scope): string[] {
  return world.effects.flatMap(({ operation, ticketId, assetId }) => {
    const owners = [
      ticketId == null ? account?.id : world.tickets.get(ticketId)?.accountId,
      assetId == null ? account?.id : world.tenant.assets.get(Number(assetId))?.accountId,
    ];
    return owners.every((owner) => owner === account?.id) ? [] : [`${operation} on ${ticketId ?? assetId}`];
  });
}
