import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createJsonFile, renderTable } from '../../harness/table.ts';

t.test('a table sets numbers to the right, words to the left, and a dash for what is absent', async (t) => {
  const columns = [
    { title: 'name', field: 'name' },
    { title: 'n', field: 'n' },
    { title: 'share', field: 'share', show: (value: unknown) => `${100 * Number(value)} %` },
  ];
  const rows = [
    { name: 'a', n: 5, share: 0.25 },
    { name: 'long', n: 1234, share: null },
  ];
  t.equal(
    renderTable(columns, rows),
    ['name     n  share', '----  ----  -----', 'a        5   25 %', 'long  1234      -'].join('\n'),
  );
});

t.test('the report file is JSON after every row, and before the first', async (t) => {
  const path = join(t.testdir(), 'rows.json');
  const read = () => JSON.parse(readFileSync(path, 'utf8'));
  const add = createJsonFile(path);
  t.same(read(), []);
  add({ strategy: 'a', utilisation: 0.5 });
  t.same(read(), [{ strategy: 'a', utilisation: 0.5 }]);
  add({ strategy: 'b', utilisation: null });
  t.same(read(), [
    { strategy: 'a', utilisation: 0.5 },
    { strategy: 'b', utilisation: null },
  ]);
});
