import t from 'tap';
import { UpstreamError } from '../../src/domain/errors.ts';
import { createTokenSource, holdMs, refreshPath, signInPath } from '../../src/kaseya/token.ts';

const credentials = { username: 'u', password: 'p', tenant: 'Acme MSP' };
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

function source(lifetimeMs: number, options: { mfaSecret?: string; refreshes?: boolean } = {}) {
  const clock = { now: 0 };
  const posts: { path: string; form: string }[] = [];
  const post = async (path: string, form: URLSearchParams) => {
    posts.push({ path, form: form.toString() });
    await Promise.resolve();
    if (path === refreshPath && options.refreshes === false)
      throw new UpstreamError('auth', 'used', { effect: 'none', endpoint: `POST ${path}` });
    const accessTokenExpireOn = new Date(clock.now + lifetimeMs).toISOString();
    return { AccessToken: `token-${posts.length}`, RefreshToken: `refresh-${posts.length}`, accessTokenExpireOn };
  };
  const mfaSecret = options.mfaSecret ?? null;
  const tokens = createTokenSource({ post, credentials: { ...credentials, mfaSecret }, now: () => clock.now });
  return { tokens, clock, posts, paths: () => posts.map(({ path }) => path) };
}

t.test('many callers at once share one sign-in', async (t) => {
  const { tokens, posts } = source(600_000);
  t.same(await Promise.all([tokens.get(), tokens.get(), tokens.get()]), ['token-1', 'token-1', 'token-1']);
  t.same(posts, [{ path: signInPath, form: 'GrantType=password&UserName=u&Password=p&Tenant=Acme+MSP' }]);
});

t.test('a sign-in with a TOTP secret sends the code of the moment', async (t) => {
  const { tokens, clock, posts } = source(600_000, { mfaSecret: secret });
  clock.now = 59_000;
  await tokens.get();
  t.match(posts[0]?.form, /MFACode=287082$/);
});

t.test('an access token is renewed by its refresh token before it expires and after it was refused', async (t) => {
  const { tokens, clock, posts, paths } = source(600_000);
  t.equal(await tokens.get(), 'token-1');
  clock.now = 539_000;
  t.equal(await tokens.get(), 'token-1');
  clock.now = 541_000;
  t.equal(await tokens.get(), 'token-2');
  t.equal(posts[1]?.form, 'AccessToken=token-1&RefreshToken=refresh-1');
  tokens.drop('token-1');
  t.equal(await tokens.get(), 'token-2', 'an old token dropped late does not take the new one with it');
  tokens.drop('token-2');
  t.equal(await tokens.get(), 'token-3');
  t.same(paths(), [signInPath, refreshPath, refreshPath]);
});

t.test('a refresh token that is refused leads to a sign-in', async (t) => {
  const { tokens, paths } = source(600_000, { refreshes: false });
  tokens.drop(await tokens.get());
  t.equal(await tokens.get(), 'token-3');
  t.same(paths(), [signInPath, refreshPath, signInPath]);
});

t.test('a token that lives shorter than the margin is used to its end', async (t) => {
  const { tokens, clock } = source(30_000);
  await tokens.get();
  clock.now = 28_000;
  t.equal(await tokens.get(), 'token-1');
  clock.now = 29_500;
  t.equal(await tokens.get(), 'token-2');
});

t.test('a failed sign-in is tried again by the next caller', async (t) => {
  let tries = 0;
  const post = async () => {
    tries += 1;
    if (tries === 1) throw new Error('down');
    return { accessToken: 'good', accessTokenExpireOn: new Date(600_000).toISOString() };
  };
  const tokens = createTokenSource({ post, credentials, now: () => 0 });
  await t.rejects(tokens.get(), /down/);
  t.equal(await tokens.get(), 'good');
});

t.test('a refused sign-in is not repeated for a while, whichever caller asks', async (t) => {
  const clock = { now: 1_000 };
  let tries = 0;
  const post = async () => {
    tries += 1;
    throw new UpstreamError('validation', 'wrong password', { effect: 'none', endpoint: `POST ${signInPath}` });
  };
  const tokens = createTokenSource({ post, credentials, now: () => clock.now });
  await t.rejects(tokens.get(), { code: 'sign_in_refused', retryAfterMs: holdMs, message: /wrong password/ });
  clock.now += holdMs / 2;
  await t.rejects(tokens.get(), { code: 'sign_in_refused', retryAfterMs: holdMs / 2 });
  t.equal(tries, 1);
  clock.now += holdMs / 2;
  await t.rejects(tokens.get(), { code: 'sign_in_refused' });
  t.equal(tries, 2);
});
