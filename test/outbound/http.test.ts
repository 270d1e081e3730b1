import t from 'tap';
import { exchange } from '../../src/outbound/http.ts';
import { ports } from '../helpers/ports.ts';

const send = (fetch: typeof globalThis.fetch, isWrite: boolean, timeoutMs = 5_000) =>
  exchange({ url: 'http://bms.example/', init: {}, endpoint: 'POST /x', isWrite, timeoutMs, fetch }, ports);
const failingWith = (code: string) => () =>
  Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }));

t.test(
  'a write that failed before a connection was made had no effect, and after it the effect is unknown',
  async (t) => {
    const rows = [
      ['ECONNREFUSED', 'none'],
      ['ENOTFOUND', 'none'],
      ['EAI_AGAIN', 'none'],
      ['EHOSTUNREACH', 'none'],
      ['ENETUNREACH', 'none'],
      ['UND_ERR_CONNECT_TIMEOUT', 'none'],
      ['ECONNRESET', 'unknown'],
      ['UND_ERR_SOCKET', 'unknown'],
    ] as const;
    for (const [code, effect] of rows) {
      await t.rejects(
        send(failingWith(code), true),
        { code: 'network', effect, endpoint: 'POST /x' },
        `write, ${code}`,
      );
      await t.rejects(send(failingWith(code), false), { code: 'network', effect: 'none' }, `read, ${code}`);
    }
  },
);
