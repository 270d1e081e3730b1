import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import ts from 'typescript';
import { createBmsOver } from '../../src/kaseya/bms.ts';
import { defaultOperations } from '../../src/kaseya/truto/operations.ts';
import type { Remedies } from '../../src/remedies/remedies.ts';
import { remediesSchema } from '../../src/remedies/settings.ts';
import { createTools } from '../../src/tools/bms/index.ts';
import { catalogue } from '../../src/tools/catalogue.ts';
import { describeTools } from '../../src/tools/describe.ts';
import {
  isComment,
  isHandOverTool,
  isOpener,
  isResolver,
  laneOf,
  offered,
  offeredTo,
  operationsOf,
} from '../../src/tools/facts.ts';
import { remedyTools } from '../../src/tools/remedies.ts';
import { specOf, type Tool } from '../../src/tools/tool.ts';
import { lookupTables, noDefaults } from '../helpers/bms.ts';
import { ports } from '../helpers/ports.ts';

const root = resolve(import.meta.dirname, '../..');
const never = { call: () => Promise.reject(new Error('no call is made')) };
const bms = createBmsOver(never, { ...ports, integrationType: 'dattormm', lookupTables, lookupTtlMs: 1 });
const webhook = { url: 'https://example.com/run', secretEnv: 'X_SECRET', statusUrl: 'https://example.com/jobs/{id}' };
const settings = remediesSchema.parse({
  'free-disk-space': { description: 'Deletes temporary files.', for: { monitors: ['Disk Usage'] }, webhook },
});
/** Every tool there can be: all that work on BMS, and one remedy. */
const tools: Tool[] = [
  ...createTools({ bms, defaults: noDefaults, kaseyaOne: null }),
  ...remedyTools({ assets: bms.assets, remedies: { settings } as Remedies }),
];
const names = tools.map(({ name }) => name);
const byName = new Map(tools.map((tool) => [tool.name, tool]));
const goldenFile = resolve(import.meta.dirname, 'golden/offers.json');
if (process.env.UPDATE_GOLDEN) writeFileSync(goldenFile, `${JSON.stringify(shown(), null, 2)}\n`);
const golden = JSON.parse(readFileSync(goldenFile, 'utf8'));

/** Everything that a model or a caller of GET /v1/tools is shown of the tools. */
function shown() {
  const specs = tools.map((tool) => (({ name, ...spec }) => [name, spec] as const)(specOf(tool)));
  const offers = (kind: 'alert' | 'task') => [...offered(byName, { kind }).keys()];
  return {
    described: describeTools(tools).map(({ name }) => name),
    offers: { alert: offers('alert'), task: offers('task') },
    specs: Object.fromEntries(specs),
  };
}

t.test('an alert and a task are offered the golden tools in the golden order', async (t) => {
  t.same([...offered(byName, { kind: 'alert' }).keys()], golden.offers.alert);
  t.same([...offered(byName, { kind: 'task' }).keys()], golden.offers.task);
});

t.test('the model is shown every tool byte for byte as the golden file has it', async (t) => {
  t.same(Object.keys(golden.specs).sort(), [...names].sort());
  for (const tool of tools) {
    const { name, ...spec } = specOf(tool);
    t.equal(JSON.stringify(spec), JSON.stringify(golden.specs[name]), name);
  }
});

t.test('GET /v1/tools lists the tools in the golden order, each with its effect and its runs', async (t) => {
  const described = describeTools(tools);
  t.same(
    described.map(({ name }) => name),
    golden.described,
  );
  for (const name of names) {
    const { effect } = catalogue[name];
    t.match(
      described.find((tool) => tool.name === name),
      { effect, offeredTo: offeredTo(name) },
      name,
    );
  }
  t.same(
    described.filter(({ effect }) => effect === 'destructive').map(({ name }) => name),
    ['update_a_kaseya_bms_assets_deactivate_by_id'],
  );
});

t.test(
  'every tool has a row in the catalogue, every row has a tool, and no alert is offered a destructive one',
  async (t) => {
    t.same([...names].sort(), Object.keys(catalogue).sort());
    for (const [name, { effect, offeredTo }] of Object.entries(catalogue)) {
      t.ok(offeredTo.length > 0, `${name} is offered to a run`);
      if (effect === 'destructive') t.same(offeredTo, ['task'], name);
    }
  },
);

t.test('every write names the BMS operations that it needs, and Truto has a name for each', async (t) => {
  for (const { name, effect } of tools) {
    const needs = operationsOf(name);
    // A remedy is run by another system than BMS.
    const needsBms = effect !== 'read' && name !== 'run_a_remedy';
    t.equal(needs.length > 0, needsBms, name);
    for (const operation of needs) t.ok(defaultOperations[operation as keyof typeof defaultOperations], operation);
  }
});

t.test('each fact about a tool holds for exactly the tools that it should hold for', async (t) => {
  const holdsFor = (fact: (name: string) => boolean) => names.filter(fact).sort();
  t.same(holdsFor(isResolver), ['create_a_kaseya_bms_resolve', 'create_a_kaseya_bms_tickets_resolve']);
  t.same(holdsFor(isOpener), ['create_a_kaseya_bms_rmm_ticket', 'create_a_kaseya_bms_servicedesk_ticket']);
  t.same(holdsFor(isHandOverTool), ['create_a_kaseya_bms_assignticket', 'create_a_kaseya_bms_servicedesk_ticket']);
  t.same(holdsFor(isComment), ['create_a_kaseya_bms_servicedesk_ticket_note']);
  t.same(
    holdsFor((name) => laneOf(name) === 'escalation'),
    ['create_a_kaseya_bms_assignticket'],
  );
});

t.test('a name that is no tool has no facts, even if every object has a member of that name', async (t) => {
  for (const name of ['no_such_tool', 'constructor', 'toString', '__proto__']) {
    t.notOk(isResolver(name) || isOpener(name) || isHandOverTool(name) || isComment(name), name);
    t.equal(laneOf(name), null, name);
    t.same(operationsOf(name), [], name);
  }
});

/** The errors of files of these texts in src/tools, compiled together with the project's own options. */
function errorsIn(...texts: string[]): string[][] {
  const files = new Map(texts.map((text, i) => [resolve(root, `src/tools/snippet-${i}.ts`), text]));
  const { config } = ts.readConfigFile(resolve(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...config.compilerOptions, noEmit: true, noUnusedLocals: false },
    root,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.getSourceFile = (file, version, ...rest) => {
    const text = files.get(file);
    return text === undefined ? getSourceFile(file, version, ...rest) : ts.createSourceFile(file, text, version, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].map((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

const definition = (maker: 'defineRead' | 'defineRow', name: string) => `
  export const ${maker.toLowerCase()}Tool = ${maker}({
    name: '${name}',
    description: '',
    input: z.strictObject({}),
    outside: () => null,
    ${maker === 'defineRead' ? 'read: async () => ({}),' : "prepare: async () => ({}), row: () => ({}) as never, readBack: async () => 'absent',"}
  });`;

t.test('a tool does not compile when its name has no row in the catalogue or a row of the other effect', async (t) => {
  const snippet = (...definitions: string[]) =>
    ["import { z } from 'zod';", "import { defineRead, defineRow } from './tool.ts';", ...definitions].join('\n');
  const read = 'list_all_kaseya_bms_queues_lookups';
  const write = 'update_a_kaseya_bms_assets_deactivate_by_id';
  const [right, ...wrong] = errorsIn(
    snippet(definition('defineRead', read), definition('defineRow', write)),
    snippet(definition('defineRead', 'no_such_tool')),
    snippet(definition('defineRow', 'no_such_tool')),
    snippet(definition('defineRead', write)),
    snippet(definition('defineRow', read)),
  );
  t.same(right, []);
  t.equal(wrong.length, 4);
  for (const errors of wrong) t.match(errors, [/is not assignable to type/]);
});

t.test(
  'a tool name stands in the catalogue and in its own definition, and nowhere else in src but in `named`',
  async (t) => {
    const files = readdirSync(resolve(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !['tools/catalogue.ts', 'tools/facts.ts'].includes(file))
      .map((file) => ({ file, text: readFileSync(resolve(root, 'src', file), 'utf8') }));
    for (const name of Object.keys(catalogue)) {
      const places = files.flatMap(({ file, text }) =>
        text
          .split(new RegExp(`\\b${name}\\b`))
          .slice(1)
          .map(() => file),
      );
      t.equal(places.length, 1, `${name}: ${places.join(', ')}`);
      t.match(places[0], /^tools\//, name);
    }
  },
);
