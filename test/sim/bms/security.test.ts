import t from 'tap';
import { formPost, startSim, tickets } from './support.ts';

const url = '/v2/security/authenticate';

function credentialsOf(sim: ReturnType<typeof startSim>) {
  const { credentials, name } = sim.state.world.tenant;
  return { GrantType: 'password', UserName: credentials.username, Password: credentials.password, Tenant: name };
}

function multipartPost(form: Record<string, string>) {
  const parts = Object.entries(form).map(
    ([name, value]) => `--cut\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const headers = { 'content-type': 'multipart/form-data; boundary=cut' };
  return { method: 'POST' as const, url, headers, payload: `${parts.join('')}--cut--\r\n` };
}

t.test('both forms sign in, with field names in any letter case', async (t) => {
  const sim = startSim(t);
  const form = credentialsOf(sim);
  const lower = Object.fromEntries(Object.entries(form).map(([name, value]) => [name.toLowerCase(), value]));
  for (const request of [formPost(url, form), formPost(url, lower), multipartPost(form), multipartPost(lower)]) {
    const { status, json } = await sim.open(request);
    t.equal(status, 200);
    t.equal(json.success, true);
    const headers = { authorization: `Bearer ${json.result.accessToken}` };
    t.equal((await sim.open({ url: '/v2/security/userinfo', headers })).status, 200);
  }
});

t.test('JSON is no form', async (t) => {
  const sim = startSim(t);
  const { status, json } = await sim.open({ method: 'POST', url, payload: credentialsOf(sim) });
  t.equal(status, 415);
  t.equal(json.success, false);
});

t.test('a missing grant type and wrong credentials are refused', async (t) => {
  const sim = startSim(t);
  const { GrantType, ...rest } = credentialsOf(sim);
  const missing = await sim.open(formPost(url, rest));
  t.equal(missing.json.success, false);
  t.match(missing.json.error.subErrors, [/GrantType/]);
  for (const field of ['UserName', 'Password', 'Tenant']) {
    const wrong = await sim.open(formPost(url, { GrantType, ...rest, [field]: 'wrong' }));
    t.equal(wrong.status, 401, field);
    t.equal(wrong.json.result, null);
  }
});

t.test('a token is asked for, and expires', async (t) => {
  const sim = startSim(t, { tokenSeconds: 60 });
  t.equal((await sim.open({ url: tickets })).status, 401);
  t.equal((await sim.open({ url: tickets, headers: { authorization: 'Bearer x' } })).json.success, false);
  t.equal((await sim.call('GET', tickets)).status, 200);
  sim.pass(59_000);
  t.equal((await sim.call('GET', tickets)).status, 200);
  sim.pass(1_000);
  t.equal((await sim.call('GET', tickets)).status, 401);
});

t.test('a refresh token works once, beside its own access token', async (t) => {
  const sim = startSim(t);
  const { json } = await sim.open(formPost(url, credentialsOf(sim)));
  const { accessToken, refreshToken } = json.result;
  const refresh = (form: Record<string, string>) => sim.open(formPost('/v2/security/refreshtoken', form));
  t.equal((await refresh({ AccessToken: 'other', RefreshToken: refreshToken })).status, 401);
  const renewed = await refresh({ accesstoken: accessToken, refreshtoken: refreshToken });
  t.equal(renewed.status, 200);
  t.not(renewed.json.result.refreshToken, refreshToken);
  t.equal((await refresh({ AccessToken: accessToken, RefreshToken: refreshToken })).status, 401);
});
