import OpenAI, { APIConnectionError, APIError } from 'openai';
import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { z } from 'zod';
import { RetryableError, TerminalError } from '../domain/errors.ts';
import type { Clock } from '../domain/ports.ts';
import type { ToolSpec } from '../tools/tool.ts';

export interface ModelCall {
  id: string;
  name: string;
  arguments: string;
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls: readonly ModelCall[] }
  | { role: 'tool'; callId: string; content: string };

export interface ModelAnswer {
  model: string;
  content: string;
  toolCalls: Omit<ModelCall, 'id'>[];
  usage: { promptTokens: number; completionTokens: number };
  ms: number;
}

export interface Model {
  /** Throws `RetryableError` `model_unavailable` or `TerminalError` `model_refused`. */
  ask(messages: readonly ChatMessage[], tools: readonly ToolSpec[], signal: AbortSignal): Promise<ModelAnswer>;
}

/** Permission to send one request. `answered` must follow in every case. Null: no answer came, or it is not known. */
export interface ModelPermit {
  answered(status: number | null, headers: Headers | null, tokens: number | null): Promise<void>;
}

export interface ModelOptions extends Clock {
  baseUrl: string | undefined;
  apiKey: string;
  model: string;
  timeoutMs: number;
  /** Waits until a request of about this many tokens may be sent. Throws `RetryableError` when that takes too long. */
  acquire(tokens: number, signal: AbortSignal): Promise<ModelPermit>;
}

const maxContent = 20_000;
/** No tool needs longer arguments: an answer with longer ones is refused. */
const maxArguments = 100_000;

const callSchema = z.object({ name: z.string().max(200), arguments: z.string().max(maxArguments) });
const count = z.number().nonnegative().nullish();

/** The client does not validate answers, and an answer of another shape would make the run's journal unreadable. */
const completionSchema = z.object({
  model: z.string().nullish(),
  choices: z.tuple(
    [
      z.object({
        message: z.object({
          content: z.string().nullish(),
          tool_calls: z.array(z.object({ function: callSchema.optional() })).nullish(),
        }),
      }),
    ],
    z.unknown(),
  ),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish(),
});

const retryAfterMs = 5_000;
const longestWaitMs = 600_000;

/** Chat Completions with strict tools, as every OpenAI-compatible server has them. */
export function createModel({ baseUrl, apiKey, model, timeoutMs, acquire, now }: ModelOptions): Model {
  const client = new OpenAI({ apiKey, baseURL: baseUrl ?? null, timeout: timeoutMs, maxRetries: 0 });

  const send = async (body: ChatCompletionCreateParamsNonStreaming, signal: AbortSignal): Promise<ChatCompletion> => {
    const permit = await acquire(estimateTokens(body), signal);
    try {
      const { data, response } = await withOwn(signal, (own) =>
        client.chat.completions.create(body, { signal: own }).withResponse(),
      );
      await permit.answered(response.status, response.headers, data.usage?.total_tokens ?? null);
      return data;
    } catch (error) {
      const { status = null, headers = null } = error instanceof APIError ? error : {};
      await permit.answered(status, headers, null);
      throw error;
    }
  };

  return {
    async ask(messages, tools, signal) {
      const startedAt = now();
      const body = {
        model,
        messages: messages.map(toParam),
        tools: tools.map((tool) => ({ type: 'function' as const, function: { ...tool, strict: true } })),
      };
      const completion = await send(body, signal).catch((error: unknown) => {
        if (signal.aborted)
          throw new RetryableError('shutting_down', 'the worker is stopping', { retryAfterMs: 0, cause: error });
        throw error instanceof RetryableError ? error : explain(error);
      });
      const answer = completionSchema.safeParse(completion);
      if (!answer.success)
        throw new RetryableError('model_unavailable', "the model's answer cannot be read", { retryAfterMs });
      const { message } = answer.data.choices[0];
      return {
        model: answer.data.model ?? model,
        content: message.content?.slice(0, maxContent) ?? '',
        toolCalls: (message.tool_calls ?? []).flatMap((call) => call.function ?? []),
        usage: {
          promptTokens: answer.data.usage?.prompt_tokens ?? 0,
          completionTokens: answer.data.usage?.completion_tokens ?? 0,
        },
        ms: now() - startedAt,
      };
    },
  };
}

/** The client never removes its listener: each call would stay on the process's signal for good, so it gets its own. */
async function withOwn<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const abort = () => own.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    return await work(own.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Four characters a token, and 500 for the answer; the bucket gets the true figure afterwards. */
const estimateTokens = (body: unknown): number => Math.ceil(JSON.stringify(body).length / 4) + 500;

function toParam(message: ChatMessage): ChatCompletionMessageParam {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.callId, content: message.content };
  if (message.role !== 'assistant') return message;
  const { content, toolCalls } = message;
  if (toolCalls.length === 0) return { role: 'assistant', content };
  const calls = toolCalls.map(({ id, name, arguments: json }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: json },
  }));
  return { role: 'assistant', content: content || null, tool_calls: calls };
}

function explain(error: unknown): Error {
  if (error instanceof APIConnectionError || !(error instanceof APIError)) {
    const message = `the model could not be reached: ${error instanceof Error ? error.message : String(error)}`;
    return new RetryableError('model_unavailable', message, { retryAfterMs, cause: error });
  }
  const status = error.status ?? 0;
  const message = `the model answered ${status}: ${error.message.slice(0, 500)}`;
  if (status !== 429 && status !== 408 && status < 500)
    return new TerminalError('model_refused', message, { cause: error });
  return new RetryableError('model_unavailable', message, {
    retryAfterMs: waitOf(error) ?? retryAfterMs,
    cause: error,
  });
}

function waitOf(error: { headers?: Headers | undefined }): number | undefined {
  const ms = Number(error.headers?.get('retry-after-ms') ?? Number.NaN);
  if (ms > 0) return Math.min(ms, longestWaitMs);
  const seconds = Number(error.headers?.get('retry-after') ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * 1000, longestWaitMs) : undefined;
}
