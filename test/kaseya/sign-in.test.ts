import t from 'tap';
import { recordedBms } from '../helpers/bms.ts';

t.test('an employee with a TOTP secret signs in, and the refresh token renews the session', async (t) => {
  let now = Date.now();
  const options = { mfaSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', letterCase: 'pascal', errors: 'http' } as const;
  const { bms, state } = await recordedBms(t, { seed: '61', ...options, now: () => now });
  t.match(await bms.session.user(), { businessName: state.world.tenant.name });
  // BMS's clock runs ahead: the token ends before the client expects it, and is refused.
  now += state.options.tokenSeconds * 1000 + 1_000;
  await bms.lookups.list('queues');
  const { byEndpoint } = state.world.requests;
  t.equal(byEndpoint['POST /v2/security/authenticate'], 1);
  t.equal(byEndpoint['POST /v2/security/refreshtoken'], 1);
});

t.test('a wrong password has an error code of its own and is not tried again', async (t) => {
  const { bms, state } = await recordedBms(t, { seed: '62', errors: 'http' });
  state.world.tenant.credentials.password = 'changed since';
  await t.rejects(bms.session.user(), { code: 'sign_in_refused' });
  t.equal(state.world.requests.byEndpoint['POST /v2/security/authenticate'], 1);
});
