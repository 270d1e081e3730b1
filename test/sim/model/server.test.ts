import OpenAI from 'openai';
import t from 'tap';
import { modelName } from '../../../sim/model/script.ts';
import { createModelServer } from '../../../sim/model/server.ts';

const app = createModelServer({ apiKey: 'k', latencyMs: 0 });
const baseURL = `${await app.listen({ port: 0, host: '127.0.0.1' })}/v1`;
t.teardown(() => app.close());
const client = new OpenAI({ baseURL, apiKey: 'k', maxRetries: 0 });

const names = [
  'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
  'create_a_kaseya_bms_tickets_resolve',
  'create_a_kaseya_bms_rmm_ticket',
  'conclude',
];
const tools = names.map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
}));
const opening = (change: object = {}) => {
  const facts = {
    mode: 'auto',
    alert: { sourceId: 'uid-9', title: 'Disk Usage - C: over 90%', description: '', device: { name: 'SRV' } },
    known: {
      step: 3,
      account: { id: 4, name: 'Acme' },
      asset: { id: 31, name: 'SRV' },
      ticket: { id: 8, number: '10', title: 't' },
      reason: null,
      ...change,
    },
  };
  return { role: 'user' as const, content: `x\n\`\`\`json\n${JSON.stringify(facts)}\n\`\`\`` };
};
type Message = OpenAI.ChatCompletionMessageParam;
const result = (name: string, content: object): Message[] => [
  { role: 'assistant', tool_calls: [{ id: name, type: 'function', function: { name, arguments: '{}' } }] },
  { role: 'tool', tool_call_id: name, content: JSON.stringify(content) },
];
const ask = async (...messages: Message[]) => {
  const { choices } = await client.chat.completions.create({ model: modelName, messages, tools });
  const call = choices[0]?.message.tool_calls?.[0];
  if (call?.type !== 'function') throw new Error('no call');
  return { name: call.function.name, args: JSON.parse(call.function.arguments) };
};
const disk = (usedMBytes: number) =>
  result(names[0] ?? '', {
    status: 'ok',
    step: 5,
    data: { asset: { diskVolumes: [{ drive: 'C:', usedMBytes, totalMBytes: 100 }] } },
  });

t.test('the scripted model decides from what the tools returned', async (t) => {
  t.match(await ask(opening()), { name: names[0], args: { assetId: 31 } });
  t.match(await ask(opening(), ...disk(70)), { name: names[1], args: { alertRefId: 'uid-9' } });
  t.match(await ask(opening(), ...disk(95)), { name: 'conclude', args: { disposition: 'escalated', reason: /95%/ } });
  t.match(await ask(opening({ ticket: null })), { name: names[2] });
  t.match(await ask(opening({ account: null, reason: 'two assets' })), {
    name: 'conclude',
    args: { disposition: 'escalated', reason: 'two assets' },
  });
});

t.test(
  'the scripted model runs the remedy that the tool names for the monitor on a full disk, then reads the device again',
  async (t) => {
    const description =
      'Runs a repair. Remedies: "restart-spooler" (Service Status): x; "free-space" (Disk Space, Disk Usage): y';
    const remedy = { type: 'function' as const, function: { name: 'run_a_remedy', description, parameters: {} } };
    const withRemedy = async (monitor: string, ...more: Message[]) => {
      const facts = opening().content.replace('"description":""', `"description":"","monitor":"${monitor}"`);
      const messages: Message[] = [{ role: 'user', content: facts }, ...disk(95), ...more];
      const { choices } = await client.chat.completions.create({
        model: modelName,
        messages,
        tools: [...tools, remedy],
      });
      const call = choices[0]?.message.tool_calls?.[0];
      if (call?.type !== 'function') throw new Error('no call');
      return { name: call.function.name, args: JSON.parse(call.function.arguments) };
    };
    t.match(await withRemedy('disk usage'), { name: 'run_a_remedy', args: { name: 'free-space', reason: /95%/ } });
    t.match(await withRemedy('CPU'), { name: 'conclude', args: { disposition: 'escalated' } });
    const cleanedUp = result('run_a_remedy', { status: 'succeeded', step: 7 });
    t.match(await withRemedy('Disk Usage', ...cleanedUp), { name: names[0] });
  },
);

t.test('the scripted model believes the outcome of a write and nothing else', async (t) => {
  const after = (status: string) =>
    ask(opening(), ...disk(70), ...result(names[1] ?? '', { status, step: 9, message: 'm' }));
  t.match(await after('succeeded'), {
    args: { disposition: 'resolved', evidence: [{ step: 3 }, { step: 5 }, { step: 9 }] },
  });
  for (const status of ['failed', 'unknown', 'error', 'surprise'])
    t.match(await after(status), { args: { disposition: 'escalated' } }, status);
  t.match(await after('described'), { args: { disposition: 'no_action' } });
});

t.test('the scripted model streams the same answer in pieces', async (t) => {
  const stream = await client.chat.completions.create({
    model: modelName,
    messages: [opening()],
    tools,
    stream: true,
    stream_options: { include_usage: true },
  });
  let json = '';
  let name = '';
  let finish: string | null = null;
  let tokens = 0;
  for await (const { choices, usage } of stream) {
    const call = choices[0]?.delta.tool_calls?.[0];
    name += call?.function?.name ?? '';
    json += call?.function?.arguments ?? '';
    finish = choices[0]?.finish_reason ?? finish;
    tokens = usage?.total_tokens ?? tokens;
  }
  t.same([name, JSON.parse(json), finish], [names[0], { assetId: 31 }, 'tool_calls']);
  t.ok(tokens > 0);
});

t.test('the scripted model refuses a wrong key and a tool that was not offered', async (t) => {
  const statusOf = (call: Promise<unknown>) =>
    call.then(
      () => 200,
      (error: { status?: number }) => error.status,
    );
  t.equal(await statusOf(new OpenAI({ baseURL, apiKey: 'x', maxRetries: 0 }).models.list()), 401);
  t.equal(await statusOf(client.chat.completions.create({ model: modelName, messages: [opening()], tools: [] })), 400);
});
