import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { senders, sourceSchema } from '../../src/senders/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const notSenders = ['adapter.ts', 'index.ts', 'severities.ts'];

t.test(
  'every sender has a file, a place in the list, a test and a section in the docs, all by the same name',
  async (t) => {
    const names = Object.keys(senders).sort();
    const files = readdirSync(`${root}src/senders`).filter((name) => !notSenders.includes(name));
    t.same(files.map((name) => name.replace(/\.ts$/, '')).sort(), names);
    t.same([...sourceSchema.options].sort(), names, 'the configuration accepts exactly these');
    const docs = readFileSync(`${root}docs/webhooks.md`, 'utf8');
    for (const name of names) {
      t.doesNotThrow(() => readFileSync(`${root}test/senders/${name}.test.ts`), name);
      t.match(docs, name);
    }
  },
);

t.test('no file outside the senders names one of them', async (t) => {
  const tree = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' });
  const others = tree.filter((path) => path.endsWith('.ts') && !path.startsWith('senders/'));
  t.ok(others.length > 100);
  const imports = others.filter((path) =>
    /senders\/(datto-rmm|generic)\.ts/.test(readFileSync(`${root}src/${path}`, 'utf8')),
  );
  t.same(imports, []);
});

t.test('every sender refuses a payload that is not its own with a hint', async (t) => {
  const delivery = { connection: 'c', receivedAt: '2026-11-25T12:00:00.000Z', newId: () => 'id' };
  for (const [name, decode] of Object.entries(senders))
    for (const payload of [null, 7, 'text', {}, []])
      t.throws(() => decode(payload, delivery), { code: 'payload_not_understood', hint: /docs\/webhooks\.md/ }, name);
});
