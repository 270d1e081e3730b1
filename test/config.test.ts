import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ConfigError, loadConfig } from '../src/config.ts';
import { keys } from './helpers/settings.ts';

const file = (text: string, name = 'triage.yaml') => {
  const path = join(mkdtempSync(join(tmpdir(), 'config-')), name);
  writeFileSync(path, text);
  return path;
};
const connections =
  'connections:\n  datto:\n    source: datto-rmm\n    auth: { header: x-webhook-secret, secretEnv: DATTO_WEBHOOK_SECRET }\n';
const good = { ...keys, TRIAGE_CONFIG: file(connections) };
const problemsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

t.test('the default configuration is safe', async (t) => {
  const config = loadConfig(good);
  t.match(config, {
    mode: 'observe',
    HOST: '127.0.0.1',
    PORT: 3000,
    KASEYA_BASE_URL: 'https://api.bms.kaseya.com',
    secrets: { datto: ['datto-secret'] },
  });
  t.match(config.rateLimit, { requests: 1500, windowSeconds: 3600 });
});

t.test('the mode in the environment wins over the mode in the file', async (t) => {
  t.equal(loadConfig({ ...good, TRIAGE_MODE: 'auto' }).mode, 'auto');
});

t.test('every bad key of a configuration is named at once', async (t) => {
  const path = file(
    'connections:\n  Bad Name:\n    source: fax\n    auth: { header: h, secretEnv: A_SECRET }\nmode: yolo\nmodel: x\n',
  );
  const problems = problemsOf({
    ...keys,
    TRIAGE_CONFIG: path,
    PORT: '99999',
    KASEYA_BASE_URL: 'nope',
    REDIS_URL: '',
    API_KEYS: 'oops',
    OPENAI_MODEL: undefined,
  });
  for (const name of [
    'Bad Name',
    'mode',
    'model',
    'PORT',
    'KASEYA_BASE_URL',
    'REDIS_URL',
    'API_KEYS',
    'OPENAI_MODEL',
  ]) {
    t.ok(
      problems.some((problem) => problem.includes(name)),
      name,
    );
  }
  t.match(
    problems.join(),
    /KASEYA_BASE_URL must be .*emea: https:\/\/api\.bmsemea\.kaseya\.com/,
    'every cloud is named',
  );
});

t.test('a secret in the place of its name is refused and not printed', async (t) => {
  const path = file(
    'connections:\n  datto:\n    source: generic\n    auth: { header: h, secretEnv: "hunter2-secret" }\n',
  );
  const problems = problemsOf({ ...keys, TRIAGE_CONFIG: path });
  t.ok(problems.length > 0);
  t.notMatch(problems.join(), /hunter2/);
});

t.test('the secrets of a configuration may come from files', async (t) => {
  const { KASEYA_PASSWORD, DATTO_WEBHOOK_SECRET, ...rest } = good;
  const env = {
    ...rest,
    KASEYA_PASSWORD_FILE: file(`${KASEYA_PASSWORD}\n`),
    DATTO_WEBHOOK_SECRET_FILE: file(DATTO_WEBHOOK_SECRET),
  };
  t.match(loadConfig(env), { KASEYA_PASSWORD, secrets: { datto: [DATTO_WEBHOOK_SECRET] } });
  t.match(problemsOf({ ...env, KASEYA_PASSWORD_FILE: '/nowhere' }).join(), /KASEYA_PASSWORD_FILE.*\/nowhere/);
});

t.test('a configuration file that does not exist or is no YAML is one problem, not many', async (t) => {
  t.equal(problemsOf({ ...keys, TRIAGE_CONFIG: '/nowhere.yaml' }).length, 1);
  t.equal(problemsOf({ ...keys, TRIAGE_CONFIG: file('a: [') }).length, 1);
  t.equal(problemsOf(keys).length, 1);
});

t.test('a configuration for Truto needs the Truto account and no sign-in to BMS', async (t) => {
  const { KASEYA_BASE_URL, KASEYA_USERNAME, KASEYA_PASSWORD, KASEYA_TENANT, ...rest } = good;
  const problems = problemsOf({ ...rest, TRUTO_TOKEN: 'tt' });
  t.equal(problems.length, 1);
  t.match(problems[0], /TRUTO_ACCOUNT_ID/);
  t.match(loadConfig({ ...rest, TRUTO_TOKEN: 'tt', TRUTO_ACCOUNT_ID: 'a' }), {
    ...{ TRUTO_ACCOUNT_ID: 'a', TRUTO_BASE_URL: 'https://api.truto.one' },
  });
  t.ok(problemsOf(rest).length >= 4, 'without Truto, every setting of the sign-in is named');
  void [KASEYA_BASE_URL, KASEYA_USERNAME, KASEYA_PASSWORD, KASEYA_TENANT];
});

t.test('a configuration with remedies is refused with the name of every secret that a remedy lacks', async (t) => {
  const path = file(`connections:
  datto: { source: generic, auth: { header: h, secretEnv: DATTO_WEBHOOK_SECRET } }
remedies:
  a: { description: d, for: { monitors: [m] }, datto: { componentUid: c } }
  b: { description: d, for: { monitors: [m] }, webhook: { url: "https://x", secretEnv: B_SECRET } }
`);
  const env = { ...keys, TRIAGE_CONFIG: path };
  t.match(problemsOf(env), [/DATTO_URL/, /DATTO_API_KEY/, /DATTO_API_SECRET_KEY/, /B_SECRET/]);
  const datto = { DATTO_URL: 'https://x', DATTO_API_KEY: 'k', DATTO_API_SECRET_KEY: 's' };
  t.match(loadConfig({ ...env, ...datto, B_SECRET: 'b' }), { remedySecrets: { b: 'b' } });
});

t.test('a process with a bad configuration exits with 78 and prints every problem', async (t) => {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...args], {
      env: { PATH: process.env.PATH },
      cwd: tmpdir(),
      encoding: 'utf8',
    });
  const bare = run();
  t.equal(bare.status, 78);
  for (const name of ['TRIAGE_CONFIG', 'REDIS_URL', 'KASEYA_PASSWORD', 'OPENAI_MODEL']) t.match(bare.stderr, name);
  t.notMatch(bare.stderr, /at \w+ \(/, 'no stack trace');
  t.match(run('boss'), { status: 78, stderr: /role "boss".*server, worker, all/ });
});
