import t from 'tap';
import { readDescription } from '../../helpers/description.ts';
import { formPost, type Sim, startSim, tickets } from './support.ts';
import { type Answers, type ValidCall, validCalls } from './valid-calls.ts';

const description = readDescription();
const skip =
  description === null &&
  "KASEYA_OPENAPI names no copy of Kaseya's description: it is at https://api.bms.kaseya.com/swagger/v2/swagger.json";

const nameOf = ({ method, template }: Pick<ValidCall, 'method' | 'template'>) => `${method} ${template}`;

function urlOf({ template, params = {}, query = {} }: ValidCall): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return search.size === 0 ? path : `${path}?${search}`;
}

/** Makes the calls one after the other and shows each with its answer. */
async function makeAll(sim: Sim, inspect: (call: ValidCall, reply: Awaited<ReturnType<Sim['call']>>) => void) {
  const answers: Answers = new Map();
  for (const next of validCalls(sim)) {
    const call = typeof next === 'function' ? next(answers) : next;
    sim.pass(call.afterMs ?? 0);
    const reply = await sim.call(call.method, urlOf(call), call.body);
    answers.set(nameOf(call), reply.json);
    inspect(call, reply);
  }
  return answers;
}

const isEmptyList = (result: unknown) => Array.isArray(result) && result.length === 0;

const byForm = new Set(['POST /v2/security/authenticate', 'POST /v2/security/refreshtoken']);

t.test('every operation of the simulator is called with valid input, and none refuses it', async (t) => {
  const sim = startSim(t);
  const answers = await makeAll(sim, (call, reply) => {
    t.equal(reply.status, 200, `${nameOf(call)} ${reply.text.slice(0, 200)}`);
    t.not(reply.json?.success, false, `${nameOf(call)} ${reply.text.slice(0, 300)}`);
  });
  const operations = sim.routes.map(nameOf);
  t.same(operations.filter((name) => !answers.has(name) && !byForm.has(name)).sort(), []);
  t.comment(`${operations.length} operations`);
});

t.test('every answer fits Kaseya’s own description, and so does every request', { skip }, async (t) => {
  const undescribed = new Set<string>();
  // An empty list fits anything: each list has to hold a row once.
  const filled = new Set(byForm);
  const sim = startSim(t);
  await makeAll(sim, (call, reply) => {
    const misfits = description?.misfits(call.method, call.template, reply.json);
    if (misfits === null) undescribed.add(nameOf(call));
    if (!isEmptyList(reply.json?.result)) filled.add(nameOf(call));
    t.same(misfits ?? [], [], nameOf(call));
    t.same(description?.requestMisfits(call), [], `the request ${nameOf(call)}`);
  });
  t.same(
    sim.routes.map(nameOf).filter((name) => !filled.has(name)),
    [],
  );
  t.comment(`${sim.routes.length} operations; ${undescribed.size} have no described answer`);
});

t.test('failures and sign-in fit Kaseya’s own description too', { skip }, async (t) => {
  const sim = startSim(t);
  const { username, password } = sim.state.world.tenant.credentials;
  const form = { GrantType: 'password', UserName: username, Password: password, Tenant: sim.state.world.tenant.name };
  const signedIn = await sim.open(formPost('/v2/security/authenticate', form));
  t.same(description?.misfits('POST', '/v2/security/authenticate', signedIn.json), []);
  const { accessToken, refreshToken } = signedIn.json.result;
  const refreshed = await sim.open(
    formPost('/v2/security/refreshtoken', { AccessToken: accessToken, RefreshToken: refreshToken }),
  );
  t.same(description?.misfits('POST', '/v2/security/refreshtoken', refreshed.json), []);
  const unknown = await sim.call('GET', `${tickets}/1`);
  t.same(description?.misfits('GET', `${tickets}/{ticketId}`, unknown.json), []);
  const incomplete = await sim.call('POST', tickets, {});
  t.same(description?.misfits('POST', tickets, incomplete.json), []);
});
