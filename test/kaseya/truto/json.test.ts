import fc from 'fast-check';
import t from 'tap';
import { parseJson, tryParseJson } from '../../../src/kaseya/truto/json.ts';

t.test('64-bit ids in JSON become strings of their digits, and nothing else changes', async (t) => {
  const text =
    '{"jobId":1234567890123456789,"a":[-9007199254740993,9007199254740991,1.2345678901234567890,1e30],"s":"x 1234567890123456789 \\" 1"}';
  t.same(parseJson(text), {
    jobId: '1234567890123456789',
    a: ['-9007199254740993', 9007199254740991, 1.2345678901234567, 1e30],
    s: 'x 1234567890123456789 " 1',
  });
});

t.test('JSON without 64-bit ids is read as JSON.parse reads it', async () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const isLong = /(?<![\d.e"-])-?\d{16,}(?![\d.])/.test(text);
      return isLong || JSON.stringify(parseJson(text)) === JSON.stringify(JSON.parse(text));
    }),
  );
});

t.test('a text that is no JSON is read as null', async (t) => {
  for (const text of ['', '<html>', '{"a":', '"open']) t.equal(tryParseJson(text), null, text);
});
