import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { loadConfig } from '../src/config.ts';
import { decodeDattoRmm } from '../src/senders/datto-rmm.ts';
import { decodeGeneric } from '../src/senders/generic.ts';
import { keys } from './helpers/settings.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const docs = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const blocks = docs.flatMap((file) =>
  [...readFileSync(join(root, file), 'utf8').matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)].map(
    ([, language, text]) => ({
      file,
      language: language ?? '',
      text: text ?? '',
    }),
  ),
);
/** For the snippets with remedies. */
const dattoKeys = { DATTO_URL: 'https://x-api.example', DATTO_API_KEY: 'k', DATTO_API_SECRET_KEY: 's' };
const of = (language: string) => blocks.filter((block) => block.language === language);

t.test('every snippet in the docs is of a kind that a test follows', async (t) => {
  t.same(
    [...new Set(blocks.map(({ language }) => language))].sort(),
    ['diff', 'json', 'sh', 'text', 'ts', 'yaml'],
    'test/architecture/recipes.test.ts follows diff and ts',
  );
});

t.test('every configuration snippet in the docs loads', async (t) => {
  const files = [...of('yaml').map(({ text }) => text), readFileSync(join(root, 'triage.example.yaml'), 'utf8')];
  t.ok(files.length >= 2);
  for (const text of files) {
    const path = join(mkdtempSync(join(tmpdir(), 'docs-')), 'triage.yaml');
    writeFileSync(path, text);
    t.equal(
      loadConfig({
        ...keys,
        TRIAGE_CONFIG: path,
        BACKUP_SECRET: 'x',
        BACKUP_OLD_SECRET: 'y',
        REMEDY_SECRET: 'z',
        ...dattoKeys,
      }).mode,
      'observe',
    );
  }
});

t.test('every payload template in the docs decodes once its variables are filled in', async (t) => {
  const delivery = { connection: 'c', receivedAt: new Date().toISOString(), newId: () => 'id' };
  const payloads = of('json').map(({ text }) => JSON.parse(text.replace(/\[(\w+)\]/g, 'value of $1')));
  t.equal(payloads.length, 3);
  for (const payload of payloads) {
    const [alert] = payload.event ? decodeDattoRmm(payload, delivery) : decodeGeneric(payload, delivery);
    t.match(alert, { title: String, device: { name: String } });
  }
});

/** How each command of the docs is tested (the simulator's: test/sim/bms/docs.test.ts); a command that is not here fails the test below. */
const commands: Record<string, (() => void) | string> = {
  './script/demo --once': () => {
    const demo = spawnSync('./script/demo', ['--once'], { cwd: root, encoding: 'utf8', timeout: 100_000 });
    t.equal(demo.status, 0, demo.stdout.slice(-2_000) + demo.stderr);
    t.match(demo.stdout, /✓ ticket \d+ is resolved, exactly once/);
  },
  './script/test': 'runs this test',
  'cp .env.example .env': () => {
    const named = [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^#? ?([A-Z_]+)=/gm)].map(
      ([, name]) => name,
    );
    const documented = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
    for (const name of named)
      t.ok(name?.endsWith('_SECRET') || documented.includes(`\`${name}\``), `${name} is documented`);
  },
  'UPDATE_GOLDEN=1 npx tap test/tools/catalogue.test.ts': 'test/architecture/recipes.test.ts',
  'npm run doctor': 'test/doctor',
  'npm start': 'test/config.test.ts, test/integration',
  'npm run bench': 'test/bench/main.test.ts',
  'npm run bench:ratelimit': 'test/bench/ratelimit/run-cells.test.ts',
  'npm run bench:ratelimit -- --at-once 4 --json rows.json': 'test/bench/ratelimit/run-cells.test.ts',
  'npm run bench:ratelimit -- --quick --json rows.json': 'test/harness/table.test.ts',
  'npm run bench:ratelimit -- --only strategy=bms-triage,gcra --only policy=sliding':
    'test/bench/ratelimit/cells.test.ts',
  'npm run bench:triage': 'test/bench/triage/bench.test.ts',
  'npm run bench:triage -- --quick --json rows.json': 'test/bench/triage/bench.test.ts',
  'npm run bench:triage -- --only kill --second-resolve repeat': 'test/bench/triage/bench.test.ts',
  'npm run bench:triage -- --only "no fault" --alerts 20 --model-ms 3000': 'test/bench/triage/bench.test.ts',
};

t.test('every command of the docs is run by a test', { timeout: 110_000 }, async (t) => {
  const written = of('sh').flatMap(({ text }) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  );
  const others = written.filter((command) => !/^(npm run sim -- |curl .*\/__sim\/)/.test(command));
  t.same([...new Set(others)].sort(), Object.keys(commands).sort());
  for (const run of Object.values(commands)) if (typeof run === 'function') run();
});

t.test('every link in the docs leads to a file or a folder', async (t) => {
  for (const file of docs) {
    const targets = [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, target]) => target ?? '',
    );
    for (const target of targets) {
      const path = join(root, file, '..', target);
      t.ok(spawnSync('test', ['-e', path]).status === 0, `${file} → ${target}`);
    }
  }
});

t.test('the index names every page of the documentation once', async (t) => {
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  const named = [...index.matchAll(/\]\(((?:adr\/)?[\w-]+\.md)\)/g)].map(([, page]) => page ?? '');
  const pages = ['', 'adr/'].flatMap((folder) =>
    readdirSync(join(root, 'docs', folder))
      .filter((name) => name.endsWith('.md') && name !== 'README.md')
      .map((name) => folder + name),
  );
  t.same(named.sort(), pages.sort());
});

t.test('every source file that a page of the documentation names exists', async (t) => {
  for (const file of docs) {
    // The recipes add files of their own; test/architecture/recipes.test.ts follows them.
    const [text = ''] = readFileSync(join(root, file), 'utf8').split('## Three recipes');
    const paths = text.matchAll(/`((?:src|sim|harness|chaos|bench|test|helm|script)\/[\w./-]+)`/g);
    for (const [, path] of paths) t.ok(existsSync(join(root, path ?? '')), `${file} → ${path}`);
  }
});
