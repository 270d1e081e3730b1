import type OpenAI from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { CallTool } from './call-tool.ts';
import { systemPrompt } from './prompt.ts';
import { parametersOf, rawTools, webhookTool } from './tools.ts';

/** LangChain's `AgentExecutor` stops after so many turns by default. */
const maxIterations = 15;

const specs = [
  ...rawTools.map((tool) => ({ name: tool.name, description: tool.description, parameters: parametersOf(tool) })),
  webhookTool,
];

/** One run of the agent from its prompt to its last words. What a tool throws ends the run. */
export async function runAgent(
  prompt: string,
  { client, model, callTool }: { client: OpenAI; model: string; callTool: CallTool },
): Promise<string> {
  const messages: ChatCompletionMessageParam[] = [
    { role: 'system', content: systemPrompt },
    { role: 'user', content: prompt },
  ];
  const tools = specs.map((spec) => ({ type: 'function' as const, function: spec }));
  for (let turn = 0; turn < maxIterations; turn += 1) {
    const { choices } = await client.chat.completions.create({ model, temperature: 0, messages, tools });
    const message = choices[0]?.message;
    if (!message) throw new Error('the model answered without a choice');
    messages.push(message);
    if (!message.tool_calls?.length) return message.content ?? '';
    for (const call of message.tool_calls) {
      if (call.type !== 'function') continue;
      const content = await callTool(call.function.name, call.function.arguments);
      messages.push({ role: 'tool', tool_call_id: call.id, content });
    }
  }
  return 'Agent stopped due to max iterations.';
}
