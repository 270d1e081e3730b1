import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** One code block of a recipe: a file that is new, lines that are added to one, or a command. */
type Step = { kind: 'ts' | 'diff'; file: string; text: string } | { kind: 'sh'; text: string };

interface Recipe {
  name: string;
  /** The files that its first sentence says it touches. */
  touches: string[];
  steps: Step[];
}

/** The recipes as CONTRIBUTING.md has them; their code is indented below numbered steps. */
function readRecipes(): Recipe[] {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').split('## Three recipes\n')[1] ?? '';
  return page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [name = '', ...rest] = section.split('\n');
      const sentence = rest.join('\n').match(/^Touches [\s\S]*?\n\n/m)?.[0] ?? '';
      const touches = [...sentence.matchAll(/`([\w/.-]+)`/g)].map(([, file]) => file ?? '');
      const blocks = [...section.matchAll(/^ {3}```(ts|diff|sh)\n([\s\S]*?)^ {3}```$/gm)];
      const steps = blocks.map(([, kind, text = '']) => stepOf(kind as Step['kind'], text.replace(/^ {3}/gm, '')));
      return { name, touches, steps };
    });
}

function stepOf(kind: Step['kind'], text: string): Step {
  if (kind === 'sh') return { kind, text: text.trim() };
  const [first = '', ...lines] = text.split('\n');
  return { kind, file: first.replace(/^\/\/ /, ''), text: lines.join('\n') };
}

/** A copy of what a contributor changes, and of what checks it. */
function copyTree(): string {
  const dir = mkdtempSync(join(tmpdir(), 'recipes-'));
  for (const part of ['src', 'sim', 'harness', 'test/helpers', 'test/kaseya/truto', 'test/senders', 'test/tools'])
    cpSync(join(root, part), join(dir, part), { recursive: true });
  for (const file of ['docs/webhooks.md', 'package.json', 'tsconfig.json']) cpSync(join(root, file), join(dir, file));
  const { vcs: _, ...lint } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  writeFileSync(join(dir, 'biome.json'), JSON.stringify(lint));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

function follow(step: Step, dir: string): void {
  if (step.kind === 'sh') runCommand(step.text, dir);
  else if (step.kind === 'diff') addLines(step, dir);
  else {
    mkdirSync(dirname(join(dir, step.file)), { recursive: true });
    writeFileSync(join(dir, step.file), step.text);
  }
}

/** The lines without `+` must stand in the file exactly once. */
function addLines({ file, text }: { file: string; text: string }, dir: string): void {
  const path = join(dir, file);
  const lines = text.split('\n').slice(0, -1);
  const context = lines.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  const after = lines.map((line) => line.slice(1));
  const parts = readFileSync(path, 'utf8').split(`${context.join('\n')}\n`);
  if (parts.length !== 2) throw new Error(`${file} has these lines ${parts.length - 1} times: ${context}`);
  writeFileSync(path, parts.join(`${after.join('\n')}\n`));
}

/** `NAME=1 npx tap FILE` runs as `tap` would run it, without its own reporter. */
function runCommand(command: string, dir: string): void {
  const [, name = '', file = ''] = command.match(/^(\w+)=1 npx tap (\S+)$/) ?? [];
  const { status, stdout } = runTest(file, dir, { [name]: '1' });
  if (status !== 0) throw new Error(`${command}\n${stdout.slice(-2_000)}`);
}

const runTest = (file: string, dir: string, env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['--import', 'tsx', file], {
    ...{ cwd: dir, encoding: 'utf8', env: { ...process.env, ...env }, timeout: 120_000 },
  });

/** Every file of the tree and its text. */
const snapshot = (dir: string): Map<string, string> =>
  new Map(
    ['src', 'test', 'docs'].flatMap((part) =>
      readdirSync(join(dir, part), { recursive: true, withFileTypes: true }).flatMap((entry) => {
        const path = join(entry.parentPath, entry.name);
        return entry.isFile() ? [[path.slice(dir.length + 1), readFileSync(path, 'utf8')] as const] : [];
      }),
    ),
  );

/** The tests that judge a recipe: its own, and those of the lists that it adds to. */
const judges = (steps: readonly Step[]): string[] => {
  const own = steps.flatMap((step) => (step.kind === 'ts' && step.file.startsWith('test/') ? [step.file] : []));
  const isSender = own.some((file) => file.startsWith('test/senders/'));
  const isTool = own.some((file) => file.startsWith('test/tools/bms/'));
  return [
    ...own,
    ...(isSender ? ['test/senders/index.test.ts'] : []),
    ...(isTool ? ['test/tools/catalogue.test.ts'] : []),
  ];
};

const passes = (steps: readonly Step[], dir: string): boolean =>
  judges(steps).every((file) => existsSync(join(dir, file)) && runTest(file, dir).status === 0);

const recipes = readRecipes();
const fresh = copyTree();
t.teardown(() => rmSync(fresh, { recursive: true, force: true }));

/** A copy of the fresh tree in which these steps were followed. */
function withSteps(steps: readonly Step[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'recipe-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  cpSync(fresh, dir, { recursive: true, verbatimSymlinks: true });
  for (const step of steps) follow(step, dir);
  return dir;
}

t.test('CONTRIBUTING.md has a recipe for a sender, a tool and a guard', async (t) => {
  t.same(
    recipes.map(({ name }) => name),
    ['A sender', 'A tool', 'A guard'],
  );
});

for (const { name, touches, steps } of recipes)
  t.test(`${name} is added by the files that its recipe names, by no other, and by none less`, async (t) => {
    const [before, dir] = [snapshot(fresh), withSteps(steps)];
    const changed = [...snapshot(dir)].flatMap(([file, text]) => (before.get(file) === text ? [] : [file]));
    t.same(changed.sort(), [...touches].sort(), 'the files that following it changed');
    t.ok(passes(steps, dir), 'it works');
    const files = new Set(steps.flatMap((step) => (step.kind === 'sh' ? [] : [step.file])));
    for (const file of files) {
      const others = steps.filter((step) => step.kind === 'sh' || step.file !== file);
      const sources = others.filter((step) => step.kind !== 'sh');
      t.notOk(passes(steps, withSteps(sources)), `it does not work without ${file}`);
    }
  });

t.test('a tree in which all three recipes were followed compiles and passes the linter', async (t) => {
  const dir = withSteps(recipes.flatMap(({ steps }) => steps.filter(({ kind }) => kind !== 'sh')));
  const bin = join(root, 'node_modules/.bin');
  const types = spawnSync(join(bin, 'tsc'), ['--noEmit'], { cwd: dir, encoding: 'utf8' });
  t.equal(types.status, 0, types.stdout.slice(0, 2_000));
  const lint = spawnSync(join(bin, 'biome'), ['check', 'src', 'test'], { cwd: dir, encoding: 'utf8' });
  t.equal(lint.status, 0, lint.stderr.slice(0, 2_000));
});
