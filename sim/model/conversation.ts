import { z } from 'zod';

/** A Chat Completions request, as far as the scripted model reads it. Source: OpenAI's API reference. */
export const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  messages: z
    .array(
      z.object({
        role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
        content: z.string().nullish(),
        tool_call_id: z.string().nullish(),
        tool_calls: z
          .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
          .nullish(),
      }),
    )
    .min(1),
  tools: z.array(z.object({ function: z.object({ name: z.string(), description: z.string().nullish() }) })).default([]),
});

export type ChatRequest = z.infer<typeof requestSchema>;

export const isOffered = ({ tools }: ChatRequest, name: string): boolean =>
  tools.some((tool) => tool.function.name === name);

/** What a tool says of itself; empty when it is not offered. */
export const descriptionOf = ({ tools }: ChatRequest, name: string): string =>
  tools.find((tool) => tool.function.name === name)?.function.description ?? '';

/** A tool call and the text that came back for it. */
export interface Result {
  name: string;
  args: unknown;
  text: string;
}

/** The answered tool calls so far, oldest first. */
export function resultsOf({ messages }: ChatRequest): Result[] {
  const calls = new Map(
    messages.flatMap((message) => (message.tool_calls ?? []).map((call) => [call.id, call.function])),
  );
  return messages.flatMap(({ role, content, tool_call_id }) => {
    if (role !== 'tool') return [];
    const call = calls.get(tool_call_id ?? '');
    return [{ name: call?.name ?? '', args: parseJson(call?.arguments ?? ''), text: content ?? '' }];
  });
}

/** What one tool call came to, as the service reported it to the model. */
export interface Outcome {
  name: string;
  args: unknown;
  status: string;
  step: number | null;
  message: string | null;
  data: unknown;
}

const outcomeSchema = z.object({
  status: z.string(),
  step: z.number().nullish(),
  message: z.string().nullish(),
  data: z.unknown().optional(),
});

/** The outcomes that the service reported, oldest first. */
export const outcomesOf = (request: ChatRequest): Outcome[] =>
  resultsOf(request).flatMap(({ name, args, text }) => {
    const parsed = outcomeSchema.safeParse(parseJson(text));
    if (!parsed.success) return [];
    const { status, step, message, data } = parsed.data;
    return [{ name, args, status, step: step ?? null, message: message ?? null, data }];
  });

const named = z.object({ id: z.number(), name: z.string() });

const knownSchema = z.object({
  step: z.number(),
  account: named.nullable(),
  asset: named.nullable(),
  ticket: z.object({ id: z.number(), number: z.string(), title: z.string() }).nullable(),
  reason: z.string().nullable(),
});

const alertSchema = z.object({
  sourceId: z.string(),
  title: z.string(),
  description: z.string(),
  monitor: z.string().nullish(),
  device: z.object({ name: z.string().nullish() }),
});

const openingSchema = z.object({ mode: z.string(), alert: alertSchema, known: knownSchema.nullable() });
const taskOpeningSchema = z.object({
  mode: z.string(),
  task: z.object({ text: z.string() }),
  known: knownSchema.nullable(),
});

export type Opening = z.infer<typeof openingSchema>;
export type TaskOpening = z.infer<typeof taskOpeningSchema>;

/** The alert and what the service found; null when the conversation opens otherwise. */
export const openingOf = (request: ChatRequest): Opening | null => documentOf(request, openingSchema);

/** What a person asked for, in the same form. */
export const taskOf = (request: ChatRequest): TaskOpening | null => documentOf(request, taskOpeningSchema);

/** The JSON document in the first user message, if it has this shape. */
export function documentOf<T>({ messages }: ChatRequest, schema: z.ZodType<T>): T | null {
  const text = messages.find((message) => message.role === 'user')?.content ?? '';
  const parsed = schema.safeParse(parseJson(text.match(/```json\n([\s\S]*?)\n```/)?.[1] ?? ''));
  return parsed.success ? parsed.data : null;
}

export const hasRecovered = ({ messages }: ChatRequest): boolean =>
  messages.some(({ role, content }) => role === 'user' && content?.includes('now reported that the alert is resolved'));

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
