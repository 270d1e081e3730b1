import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:http';
import t from 'tap';
import { createModel } from '../../src/agent/model.ts';
import { ports } from '../helpers/ports.ts';

/** A model that answers with the same body every time. */
async function answering(t: { teardown(fn: () => void): void }, body: unknown, status = 200) {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : null;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const acquire = async () => ({ answered: async () => {} });
  const model = createModel({ ...ports, baseUrl, apiKey: 'k', model: 'm', timeoutMs: 5_000, acquire });
  return (signal = new AbortController().signal) => model.ask([{ role: 'user', content: 'hello' }], [], signal);
}

const saying = (message: unknown, usage: unknown = null) => ({ choices: [{ message }], usage });
const calling = (call: unknown) => saying({ tool_calls: [{ id: 'c', type: 'function', function: call }] });

t.test(
  'a model answer in any odd shape fails the call, so that the run is put off and its journal stays readable',
  async (t) => {
    const odd: Record<string, unknown> = {
      'no choice': { choices: [] },
      'content that is no text': saying({ content: { a: 1 } }),
      'calls that are no list': saying({ tool_calls: { a: 1 } }),
      'arguments that are no text': calling({ name: 'conclude', arguments: {} }),
      'a call without a name': calling({ arguments: '{}' }),
      'arguments that are far too long': calling({ name: 'conclude', arguments: 'x'.repeat(200_000) }),
      'a negative count of tokens': saying({ content: 'hi' }, { prompt_tokens: -1e9, completion_tokens: 0 }),
      'a count of tokens that is no number': saying({ content: 'hi' }, { prompt_tokens: 'many', completion_tokens: 0 }),
    };
    for (const [what, body] of Object.entries(odd))
      await t.rejects((await answering(t, body))(), { code: 'model_unavailable' }, what);
  },
);

t.test('a sparse model answer is accepted, and a very long one is cut', async (t) => {
  const ask = await answering(t, calling({ name: 'conclude', arguments: '{}' }));
  t.match(await ask(), { model: 'm', content: '', toolCalls: [{ name: 'conclude', arguments: '{}' }] });
  const long = await answering(t, saying({ content: 'x'.repeat(1_000_000) }));
  t.ok((await long()).content.length < 100_000);
});

t.test("a model's message about a refusal is cut short", async (t) => {
  const ask = await answering(t, { error: { message: 'x'.repeat(1_000_000) } }, 400);
  await t.rejects(ask(), { code: 'model_refused', message: /^.{0,600}$/ });
});

t.test('a model call that is over leaves no listener on its abort signal', async (t) => {
  const { signal } = new AbortController();
  await (await answering(t, saying({ content: 'hi' })))(signal);
  await t.rejects((await answering(t, {}, 400))(signal), { code: 'model_refused' });
  t.same(getEventListeners(signal, 'abort'), []);
});

t.test('a model call ends when its abort signal fires', async (t) => {
  const ask = await answering(t, saying({ content: 'hi' }));
  const stopping = new AbortController();
  const answer = ask(stopping.signal);
  stopping.abort();
  await t.rejects(answer, { code: 'shutting_down' });
  await t.rejects(ask(stopping.signal), { code: 'shutting_down' }, 'no call begins afterwards');
});
