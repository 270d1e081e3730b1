import t from 'tap';
import { createTokenSource } from '../../src/kaseya/token.ts';

const credentials = { username: 'u', password: 'p', tenant: 'Acme MSP' };

function source(lifetimeMs: number) {
  const clock = { now: 0 };
  const forms: string[] = [];
  const signIn = async (form: URLSearchParams) => {
    forms.push(form.toString());
    await Promise.resolve();
    return {
      AccessToken: `token-${forms.length}`,
      accessTokenExpireOn: new Date(clock.now + lifetimeMs).toISOString(),
    };
  };
  return { tokens: createTokenSource(signIn, credentials, () => clock.now), clock, forms };
}

t.test('many callers sign in once', async (t) => {
  const { tokens, forms } = source(600_000);
  t.same(await Promise.all([tokens.get(), tokens.get(), tokens.get()]), ['token-1', 'token-1', 'token-1']);
  t.equal(forms.length, 1);
  t.equal(forms[0], 'GrantType=password&UserName=u&Password=p&Tenant=Acme+MSP');
});

t.test('a token is renewed before it expires, and after it was refused', async (t) => {
  const { tokens, clock } = source(600_000);
  t.equal(await tokens.get(), 'token-1');
  clock.now = 599_500;
  t.equal(await tokens.get(), 'token-2');
  tokens.drop('token-1');
  t.equal(await tokens.get(), 'token-2', 'an old token dropped late does not take the new one with it');
  tokens.drop('token-2');
  t.equal(await tokens.get(), 'token-3');
});

t.test('a failed sign-in is tried again by the next caller', async (t) => {
  let tries = 0;
  const signIn = async () => {
    tries += 1;
    if (tries === 1) throw new Error('down');
    return { accessToken: 'good', accessTokenExpireOn: new Date(600_000).toISOString() };
  };
  const tokens = createTokenSource(signIn, credentials, () => 0);
  await t.rejects(tokens.get(), /down/);
  t.equal(await tokens.get(), 'good');
});
