import t from 'tap';
import { isTotp, totp } from '../../../sim/bms/totp.ts';
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

t.test('both kinds of form sign in, with field names in any letter case', async (t) => {
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

t.test('a sign-in as JSON is refused', async (t) => {
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

t.test('a call needs a token, and the token expires', async (t) => {
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

t.test('one-time codes are those of RFC 6238', async (t) => {
  // "12345678901234567890", the RFC's secret; its values are cut to six digits.
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  const cases: [seconds: number, code: string][] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_234_567_890, '005924'],
    [20_000_000_000, '353130'],
  ];
  for (const [seconds, code] of cases) t.equal(totp(secret, Math.floor(seconds / 30)), code);
  t.ok(isTotp(secret, '287082', 89_000), 'one step late');
  t.notOk(isTotp(secret, '287082', 120_000), 'two steps late');
});

t.test('with a secret, sign-in wants the code of the moment', async (t) => {
  const mfaSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  const sim = startSim(t, { mfaSecret });
  const form = credentialsOf(sim);
  t.equal((await sim.open(formPost(url, form))).status, 401);
  t.equal((await sim.open(formPost(url, { ...form, MFACode: '000000' }))).json.success, false);
  const MFACode = totp(mfaSecret, Math.floor(sim.state.now() / 30_000));
  t.equal((await sim.open(formPost(url, { ...form, MFACode }))).status, 200);
});

t.test('single sign-on is asked about without a token, by tenant', async (t) => {
  const sim = startSim(t);
  t.equal((await sim.open({ url: '/v2/security/ssostatus?Tenant=Any' })).json.result.enabled, false);
  t.equal((await sim.open({ url: '/v2/security/ssostatus' })).json.success, false);
});

t.test('the user has rights and a time zone, which differs between tenants', async (t) => {
  const zones = new Set<string>();
  for (let seed = 0; seed < 12; seed += 1) {
    const sim = startSim(t, { seed: String(seed) });
    const { result } = (await sim.call('GET', '/v2/security/userinfo')).json;
    t.match(result.userAccessRights[0], { canView: true, canDelete: false });
    zones.add(result.olsonTimeZoneName);
  }
  t.ok(zones.size > 1);
});
