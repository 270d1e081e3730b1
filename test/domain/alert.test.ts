import fc from 'fast-check';
import t from 'tap';
import { cleanText } from '../../src/domain/alert.ts';

t.test('cleaning a text drops invisible characters and keeps readable ones', async (t) => {
  t.equal(cleanText('  a\u0000b\u202ec\u200bd\te\nf  ', 50), 'abcd\te\nf');
  t.equal(cleanText('Größe 100 % — 日本', 50), 'Größe 100 % — 日本');
  t.equal(cleanText('abcdef', 4), 'abc…');
  t.equal(cleanText('a\ud800b\udc00c 😀', 50), 'abc 😀', 'halves of characters are dropped');
  t.equal(cleanText('ab😀def', 4), 'ab…', 'no character is cut in half');
});

t.test('a cleaned text is never longer than its cap', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, max) => {
      const clean = cleanText(text, max);
      return clean.length <= max && !/\p{Cs}/u.test(clean);
    }),
  );
});
