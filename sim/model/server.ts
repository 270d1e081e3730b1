import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { type ChatRequest, isOffered, requestSchema } from './conversation.ts';
import type { Move } from './move.ts';
import { models, nextMove } from './script.ts';

export interface ModelOptions {
  /** Wanted as a bearer token; null: any will do. */
  apiKey: string | null;
  latencyMs: number;
}

/** A model that speaks OpenAI's Chat Completions over HTTP, streamed or not, and follows a script. */
export function createModelServer({ apiKey, latencyMs }: ModelOptions): FastifyInstance {
  const app = Fastify({ bodyLimit: 16 * 1024 * 1024 });
  app.addHook('onRequest', async (request, reply) => {
    if (apiKey !== null && request.headers.authorization !== `Bearer ${apiKey}`) {
      return reply.code(401).send(failure('invalid_api_key', 'Incorrect API key provided'));
    }
  });
  const spent = { calls: 0, promptTokens: 0, completionTokens: 0 };
  app.get('/v1/models', async () => ({
    object: 'list',
    data: Object.keys(models).map((id) => ({ id, object: 'model', owned_by: 'bms-triage' })),
  }));
  /** What all its callers have spent, those that did not live to count it too. */
  app.get('/__sim/usage', async () => spent);
  app.post('/v1/chat/completions', async ({ body }, reply) => {
    const request = requestSchema.safeParse(body);
    if (!request.success) {
      const [issue] = request.error.issues;
      return reply.code(400).send(failure('invalid_request_error', `${issue?.path.join('.')}: ${issue?.message}`));
    }
    const move = nextMove(request.data);
    const missing = move.calls.find(({ name }) => !isOffered(request.data, name));
    if (missing) {
      return reply
        .code(400)
        .send(failure('invalid_request_error', `the script needs the tool ${missing.name}, which was not offered`));
    }
    await sleep(latencyMs);
    const completion = complete(request.data, move);
    spent.calls += 1;
    spent.promptTokens += completion.usage.prompt_tokens;
    spent.completionTokens += completion.usage.completion_tokens;
    if (!request.data.stream) return completion;
    return reply.type('text/event-stream').send(stream(request.data, completion));
  });
  return app;
}

const failure = (code: string, message: string) => ({
  error: { message, type: 'invalid_request_error', param: null, code },
});

function complete(request: ChatRequest, { thought, calls }: Move) {
  const tool_calls = calls.map(({ name, args }) => ({
    id: `call_${randomUUID().slice(0, 8)}`,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(args) },
  }));
  // About four characters to a token: an estimate, but it grows with what is sent.
  const prompt_tokens = Math.ceil(JSON.stringify(request).length / 4);
  const answer = thought + tool_calls.map((call) => call.function.name + call.function.arguments).join('');
  const completion_tokens = Math.ceil(answer.length / 4);
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion' as const,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [
      {
        index: 0,
        finish_reason: calls.length > 0 ? ('tool_calls' as const) : ('stop' as const),
        logprobs: null,
        message: {
          role: 'assistant' as const,
          content: thought,
          refusal: null,
          ...(calls.length > 0 ? { tool_calls } : {}),
        },
      },
    ],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

/** The same answer as server-sent events, its arguments in pieces as a real model sends them. */
function stream(request: ChatRequest, completion: ReturnType<typeof complete>): string {
  const { id, created, model, usage } = completion;
  const base = { id, created, model, object: 'chat.completion.chunk' };
  const [choice] = completion.choices;
  const deltas: Record<string, unknown>[] = [{ role: 'assistant', content: '' }, { content: choice?.message.content }];
  choice?.message.tool_calls?.forEach(({ id: callId, function: called }, index) => {
    deltas.push({
      tool_calls: [{ index, id: callId, type: 'function', function: { name: called.name, arguments: '' } }],
    });
    for (const piece of called.arguments.match(/[\s\S]{1,24}/g) ?? []) {
      deltas.push({ tool_calls: [{ index, function: { arguments: piece } }] });
    }
  });
  const chunks = deltas.map((delta) => ({ ...base, choices: [{ index: 0, delta, finish_reason: null }] }) as object);
  chunks.push({ ...base, choices: [{ index: 0, delta: {}, finish_reason: choice?.finish_reason }] });
  if (request.stream_options?.include_usage) chunks.push({ ...base, choices: [], usage });
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}
