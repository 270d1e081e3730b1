import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import t from 'tap';

const script = new URL('../../script/check-ports.mjs', import.meta.url).pathname;

async function check(...args: string[]) {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = (await text(child.stdout)).split('\n').filter(Boolean);
  return { lines, code: await ended };
}

/** Code that takes something for itself, and what it takes. */
const bad: [code: string, ...taken: string[]][] = [
  ['export const at = Date.now();', 'Date.now'],
  ["export const at = Date['now']();", 'Date.now'],
  ["const key = 'now';\nexport const at = Date[key]();", 'Date.now'],
  ['export const clock = { now: Date.now };', 'Date.now'],
  ['export const { now } = Date;', 'Date.now'],
  ["export const { ['now']: now } = Date;", 'Date.now'],
  ['let now: () => number;\n({ now } = Date);\nexport { now };', 'Date.now'],
  ['let read: () => number;\n({ now: read } = Date);\nexport { read };', 'Date.now'],
  ['const D = Date;\nexport const at = D.now();', 'Date', 'Date.now'],
  ['const clock: { now(): number } = Date;\nexport { clock };', 'Date'],
  ['export const at = (Date as { now(): number }).now();', 'Date'],
  ['const go = (clock: { now(): number }) => clock.now();\nexport const at = go(Date);', 'Date'],
  ['export const chance = { ...Math }.random();', 'Math', 'Math.random'],
  ['const go = (chance: { random(): number }) => chance.random();\nexport const one = go(Math);', 'Math'],
  ['export class Now extends Date {}', 'Date'],
  ['export const at = Reflect.construct(Date, []);', 'Date'],
  ['export const at = (now = Date.now) => now();', 'Date.now'],
  ['export const at = new Date();', 'new Date()'],
  ['export const at = new Date;', 'new Date()'],
  ['export const at = new globalThis.Date();', 'new Date()'],
  ['const D = Date;\nexport const at = new D();', 'Date', 'new Date()'],
  ['export const at = Date();', 'Date()'],
  ['export const at = performance.now();', 'performance.now'],
  ["import { performance as clock } from 'node:perf_hooks';\nexport const at = clock.now();", 'performance.now'],
  ['export const at = process.hrtime.bigint();', 'process.hrtime'],
  ['export const chance = Math.random();', 'Math.random'],
  ['export const { random } = Math;', 'Math.random'],
  ['const { Math: maths } = globalThis;\nexport const chance = maths.random();', 'Math.random'],
  ['export const chance = ({ random = Math.random }: { random?: () => number }) => random();', 'Math.random'],
  ["import { randomUUID as id } from 'node:crypto';\nexport const one = id();", 'randomUUID'],
  ["import * as crypto from 'node:crypto';\nexport const one = crypto.randomUUID();", 'randomUUID'],
  ["import crypto from 'crypto';\nexport const some = crypto.randomBytes(8);", 'randomBytes'],
  ["import { webcrypto } from 'node:crypto';\nexport const one = webcrypto.randomUUID();", 'randomUUID'],
  ["export { randomBytes } from 'node:crypto';", 'randomBytes'],
  ['export const one = crypto.randomUUID();', 'randomUUID'],
  ['export const some = globalThis.crypto.getRandomValues(new Uint8Array(8));', 'getRandomValues'],
  ['setTimeout(() => {}, 1);\nexport {};', 'setTimeout'],
  ['globalThis.setTimeout(() => {}, 1);\nexport {};', 'setTimeout'],
  ['export const timers = { setTimeout };', 'setTimeout'],
  ['export const timerOf = ({ timer = setTimeout }) => timer;', 'setTimeout'],
  ['setInterval(() => {}, 1);\nexport {};', 'setInterval'],
  ['export const { setInterval: every } = globalThis;', 'setInterval'],
  ['global.setImmediate(() => {});\nexport {};', 'setImmediate'],
  [
    "import { setTimeout as sleep } from 'node:timers/promises';\nawait sleep(1);",
    'node:timers/promises',
    'setTimeout',
  ],
  ["import * as timers from 'timers';\nexport const stop = timers.clearTimeout;", 'timers'],
  ["export * from 'node:timers';", 'node:timers'],
  ["export const timers = await import('node:timers');", 'node:timers'],
  ['export const signal = AbortSignal.timeout(5);', 'AbortSignal.timeout'],
];

/** Code that has the same words and takes nothing. */
const good: string[] = [
  '// Date.now() and new Date() are for src/app/system-ports.ts\nexport {};',
  "export const text = 'Math.random() and setTimeout';",
  'export const iso = (ms: number) => new Date(ms).toISOString();',
  "export const at = Date.parse('2026-01-01');",
  'export const round = Math.floor(1.5);',
  'export const { floor } = Math;',
  'export const isDate = (value: unknown) => value instanceof Date;',
  'export interface Options { Date: string }\nexport const options: Options = { Date: "today" };',
  "import { createHash } from 'node:crypto';\nexport const hash = createHash('sha256');",
  "import type { setTimeout } from 'node:timers/promises';\nexport type Sleep = typeof setTimeout;",
  'export interface Ports { now(): number; setTimeout(): void; randomUUID(): string }',
  'export type Timer = ReturnType<typeof setTimeout>;',
  'export const at = ({ now }: { now(): number }) => now();',
  'export const id = ({ randomUUID }: { randomUUID(): string }) => randomUUID();',
  'export const some = (ports: { randomBytes(size: number): Buffer }) => ports.randomBytes(8);',
  'export function wait({ setTimeout }: { setTimeout(ms: number): void }) {\n  setTimeout(5);\n}',
  "export const one = (ports: { randomUUID(): string }) => ports['randomUUID']();",
  'export const fixed = { now: () => 0, random: () => 0.5 };',
  'export const stop = (timer: NodeJS.Timeout) => clearTimeout(timer);',
  'export const signal = AbortSignal.abort();',
];

const fileOf = (index: number) => `${String(index).padStart(2, '0')}.ts`;
const filesOf = (snippets: readonly string[]) => Object.fromEntries(snippets.map((code, i) => [fileOf(i), code]));

t.test('code in src that takes time, chance, an id or a timer is reported by file, line and name', async (t) => {
  const dir = t.testdir({
    src: {
      bad: filesOf(bad.map(([code]) => code)),
      good: filesOf(good),
      app: { 'system-ports.ts': 'export const now = () => Date.now();' },
    },
  });
  const { lines, code } = await check(dir);
  t.equal(code, 1);
  for (const [i, [snippet, ...taken]] of bad.entries()) {
    const file = `src/bad/${fileOf(i)}`;
    const found = lines.filter((line) => line.startsWith(`${file}:`));
    const expected = taken.map((name) => `takes ${name}; hand it in as a port (src/domain/ports.ts)`);
    t.same(
      found.map((line) => line.replace(/^[^ ]* /, '')),
      expected,
      snippet,
    );
  }
  const [second] = lines.filter((line) => line.startsWith(`src/bad/${fileOf(2)}:`));
  t.match(second, /^src\/bad\/02\.ts:2: takes Date\.now;/, 'the line is counted from 1');
  for (const [i, snippet] of good.entries())
    t.same(
      lines.filter((line) => line.startsWith(`src/good/${fileOf(i)}:`)),
      [],
      snippet,
    );
  t.notOk(
    lines.some((line) => line.includes('system-ports')),
    'the one file that may take them is left out',
  );
});

t.test('the code of this service takes neither time nor chance, ids or timers outside its ports', async (t) => {
  t.same(await check(), { lines: [], code: 0 });
});

t.test('a directory without src is an error, and not a tree without findings', async (t) => {
  t.equal((await check(t.testdir({ src: {} }))).code, 1);
});
