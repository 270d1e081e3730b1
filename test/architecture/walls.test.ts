import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));
const biome = join(root, 'node_modules/.bin/biome');
const { vcs: _, $schema: __, ...config } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** The files of these that the linter refuses for what they import. Each holds one import. */
function refused(imports: Readonly<Record<string, string>>): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'walls-'));
  try {
    writeFileSync(join(dir, 'biome.json'), JSON.stringify(config));
    for (const [file, specifier] of Object.entries(imports)) {
      mkdirSync(join(dir, dirname(file)), { recursive: true });
      writeFileSync(join(dir, file), `import { a } from '${specifier}';\n\nexport const b = a;\n`);
    }
    const { stdout } = spawnSync(biome, ['lint', '--reporter=json', '--max-diagnostics=none', '.'], {
      ...{ cwd: dir, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: unknown } }[] };
    const files = diagnostics
      .filter(({ category }) => category === 'lint/style/noRestrictedImports')
      .map(({ location }) => JSON.stringify(location.path));
    return Object.keys(imports).filter((file) => files.some((path) => path.includes(file)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** docs/architecture.md, "Who may import whom": room ← the rooms that it may import. */
const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
const table = page.match(/^## Who may import whom\n[\s\S]*?```text\n([\s\S]*?)```/m)?.[1] ?? '';
const allowed = new Map(
  [...table.matchAll(/^([\w-]+) +→ +(.*)$/gm)].map(([, room = '', list = '']) => [room, list.split(/[ ,]+/)]),
);

t.test('docs/architecture.md has a line for every room of src', async (t) => {
  t.same([...allowed.keys()].sort(), rooms.sort());
});

t.test('the linter allows a room the rooms that docs/architecture.md says, and no other', async (t) => {
  const pairs = rooms.flatMap((from) => rooms.filter((to) => to !== from).map((to) => ({ from, to })));
  const imports = Object.fromEntries(pairs.map(({ from, to }) => [`src/${from}/to-${to}.ts`, `../${to}/x.ts`]));
  const walled = pairs.filter(({ from, to }) => !allowed.get(from)?.includes(to));
  t.ok(walled.length > 100);
  t.same(
    refused(imports),
    walled.map(({ from, to }) => `src/${from}/to-${to}.ts`),
  );
});

/** Every import of a file, static, dynamic, of types alone, and re-exported. */
function importsOf(path: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const from =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (from && ts.isStringLiteralLike(from)) found.push(from.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest));
  return found;
}

t.test('no file of src imports what its room may not, by whatever detour, and none silences the linter', async (t) => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  const roomOf = (path: string) => (path.includes('/') ? (path.split('/')[0] ?? '') : '');
  const vendorHomes: Record<string, string> = {
    fastify: 'http',
    'prom-client': 'http',
    bullmq: 'queue',
    openai: 'agent',
  };
  const wrong = files.flatMap((file) => {
    const room = roomOf(file);
    if (room === '') return [];
    return importsOf(`src/${file}`).filter((specifier) => {
      if (!specifier.startsWith('.')) return (vendorHomes[specifier.split('/')[0] ?? ''] ?? room) !== room;
      const target = join(dirname(file), specifier);
      if (target === 'config.ts' || target === 'log.ts') return room !== 'app' && room !== 'doctor';
      return roomOf(target) !== room && !allowed.get(room)?.includes(roomOf(target));
    });
  });
  t.same(wrong, []);
  const silenced = files.filter((file) =>
    /biome-ignore lint\/style\/noRestrictedImports/.test(readFileSync(join(root, 'src', file), 'utf8')),
  );
  t.same(silenced, []);
});

t.test('the detours that an editor or a hurry writes are refused by the linter too', async (t) => {
  const detours = { 'src/tools/a.ts': './../agent/x.ts', 'src/tools/b.ts': '..', 'src/agent/c.ts': 'bullmq/dist/x.js' };
  t.same(refused(detours), Object.keys(detours));
});

t.test('a room that is new is walled off until the linter names it', async (t) => {
  t.same(refused({ 'src/agent/a.ts': '../brand-new/x.ts' }), ['src/agent/a.ts']);
});

t.test('nested folders keep the walls of their room', async (t) => {
  t.same(
    refused({
      'src/tools/bms/out.ts': '../../agent/triage.ts',
      'src/tools/bms/in.ts': '../seam.ts',
      'src/tools/bms/down.ts': '../../kaseya/bms.ts',
      'src/kaseya/truto/out.ts': '../../http/server.ts',
      'src/kaseya/truto/in.ts': '../transport.ts',
    }),
    ['src/tools/bms/out.ts', 'src/kaseya/truto/out.ts'],
  );
});

t.test('each vendor has one room, and the development folders have none', async (t) => {
  const vendors = { fastify: 'http', 'prom-client': 'http', bullmq: 'queue', openai: 'agent' };
  for (const [vendor, home] of Object.entries(vendors)) {
    const imports = Object.fromEntries(rooms.map((room) => [`src/${room}/${vendor}.ts`, vendor]));
    t.same(
      refused(imports),
      rooms.filter((room) => room !== home).map((room) => `src/${room}/${vendor}.ts`),
      `${vendor} belongs to ${home}`,
    );
  }
  const development = Object.fromEntries(rooms.map((room) => [`src/${room}/sim.ts`, '../../sim/bms/server.ts']));
  t.same(refused(development), Object.keys(development));
});

t.test('nothing but the entry, the configuration and the log lies at the root of src', async (t) => {
  const files = readdirSync(join(root, 'src')).filter((name) => name.includes('.'));
  t.same(files.sort(), ['config.ts', 'log.ts', 'main.ts']);
});

t.test('no file imports itself by way of others, types included', async (t) => {
  const folders = ['src', 'sim', 'chaos', 'bench', 'harness'];
  const { status, stdout } = spawnSync(biome, ['lint', '--only=suspicious/noImportCycles', ...folders], {
    ...{ cwd: root, encoding: 'utf8' },
  });
  t.equal(status, 0, stdout.slice(-2_000));
  t.equal(config.linter.rules.suspicious.noImportCycles.options.ignoreTypes, false);
});
