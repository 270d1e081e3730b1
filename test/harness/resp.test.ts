import fc from 'fast-check';
import t from 'tap';
import { createSplitter, endOfValue, readCommand } from '../../harness/resp.ts';

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const command = (...words: string[]) => `*${words.length}\r\n${words.map(bulk).join('')}`;

t.test('a RESP value ends where Redis says that it ends', async (t) => {
  const whole = [
    '+OK\r\n',
    '-NOSCRIPT No matching script\r\n',
    ':-1\r\n',
    '$-1\r\n',
    '_\r\n',
    bulk('two\r\nlines'),
    '*0\r\n',
    '*-1\r\n',
    `*2\r\n${bulk('a')}*1\r\n:1\r\n`,
    `%1\r\n${bulk('proto')}:3\r\n`,
    `>2\r\n${bulk('invalidate')}_\r\n`,
    '#t\r\n',
    ',1.5\r\n',
  ];
  for (const value of whole) {
    t.equal(endOfValue(Buffer.from(`${value}+next\r\n`), 0), Buffer.byteLength(value), JSON.stringify(value));
    t.equal(endOfValue(Buffer.from(value.slice(0, -1)), 0), -1, `cut short: ${JSON.stringify(value)}`);
  }
});

t.test('a command is read word by word, whatever bytes its words hold', async () => {
  const word = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      t.same(readCommand(Buffer.from(command(...words))), words);
    }),
    { numRuns: 50 },
  );
});

t.test('commands come out whole, whatever pieces they arrive in', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string(), { minLength: 1 })),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (commands, sizes) => {
        const bytes = Buffer.from(commands.map((words) => command(...words)).join(''));
        const split = createSplitter();
        const seen: string[][] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value ?? 1;
          seen.push(...split(bytes.subarray(at, at + size)).map(readCommand));
          at += size;
        }
        t.same(seen, commands);
      },
    ),
    { numRuns: 50 },
  );
});
