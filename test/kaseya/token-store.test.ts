import t from 'tap';
import { UpstreamError } from '../../src/domain/errors.ts';
import { createTokenSource, signInEndpoint } from '../../src/kaseya/token.ts';
import { createTokenStore } from '../../src/kaseya/token-store.ts';
import { ports } from '../helpers/ports.ts';
import { redisClient } from '../helpers/redis.ts';

const credentials = { username: 'u', password: 'p', tenant: 'Acme MSP' };
const options = { baseUrl: 'https://bms.example', credentials, lockMs: 2_000 };

t.test('processes that share a token store sign in once between them', async (t) => {
  const redis = await redisClient(t);
  let signIns = 0;
  const post = async () => {
    signIns += 1;
    const accessTokenExpireOn = new Date(Date.now() + 600_000).toISOString();
    return { accessToken: `secret-token-${signIns}`, refreshToken: 'secret-refresh', accessTokenExpireOn };
  };
  const processes = Array.from({ length: 8 }, () =>
    createTokenSource({ ...ports, post, credentials, store: createTokenStore(redis, { ...ports, ...options }) }),
  );
  t.same(await Promise.all(processes.map((tokens) => tokens.get())), Array(8).fill('secret-token-1'));

  for (const tokens of processes) tokens.drop('secret-token-1');
  const renewed = await Promise.all(processes.map((tokens) => tokens.get()));
  t.same(renewed, Array(8).fill('secret-token-2'), 'one process renews the token for all');

  const stored = await Promise.all((await redis.keys('*token*')).map((key) => redis.get(key)));
  t.equal(stored.length, 1, 'no lock is left behind');
  t.notMatch(stored.join(), /secret/);
  const other = createTokenStore(redis, { ...ports, ...options, credentials: { ...credentials, password: 'changed' } });
  t.equal(await other.load(), null, 'another password does not open it');
});

t.test('a sign-in lock whose holder died delays other processes no longer than a sign-in may take', async (t) => {
  const redis = await redisClient(t);
  const store = createTokenStore(redis, { ...ports, ...options, lockMs: 200 });
  let wake = (_: string) => {};
  const stuck = store.exclusively(() => new Promise<string>((resolve) => (wake = resolve)));
  const startedAt = Date.now();
  t.equal(await store.exclusively(async () => 'went ahead'), 'went ahead');
  t.comment(`went ahead after ${Date.now() - startedAt} ms`);
  wake('late');
  t.equal(await stuck, 'late');
});

t.test('a stored token that was tampered with is not opened', async (t) => {
  const redis = await redisClient(t);
  const store = createTokenStore(redis, { ...ports, ...options });
  await store.save('text', 60_000);
  t.equal(await store.load(), 'text');
  const [key = ''] = await redis.keys('*token*');
  await redis.set(key, Buffer.from('nonsense that is long enough to hold an iv and a tag').toString('base64'));
  t.equal(await store.load(), null);
});

t.test('a refused sign-in holds every process back until the password is changed', async (t) => {
  const redis = await redisClient(t);
  let signIns = 0;
  const post = async () => {
    signIns += 1;
    throw new UpstreamError('auth', 'no', { effect: 'none', endpoint: signInEndpoint });
  };
  const source = (password: string) => {
    const own = { ...credentials, password };
    return createTokenSource({
      ...ports,
      post,
      credentials: own,
      store: createTokenStore(redis, { ...ports, ...options, credentials: own }),
    });
  };
  for (let i = 0; i < 5; i += 1) await t.rejects(source('wrong').get(), { code: 'sign_in_refused' });
  t.equal(signIns, 1);
  await t.rejects(source('corrected').get(), { code: 'sign_in_refused' });
  t.equal(signIns, 2);
});
