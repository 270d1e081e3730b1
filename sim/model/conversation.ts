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
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
});

export type ChatRequest = z.infer<typeof requestSchema>;

/** What one tool call came to, as the service told the model. */
export interface Outcome {
  name: string;
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

/** The tool results so far, oldest first. */
export function outcomesOf({ messages }: ChatRequest): Outcome[] {
  const names = new Map(
    messages.flatMap((message) => (message.tool_calls ?? []).map((call) => [call.id, call.function.name])),
  );
  return messages.flatMap((message) => {
    if (message.role !== 'tool') return [];
    const parsed = outcomeSchema.safeParse(parseJson(message.content ?? ''));
    if (!parsed.success) return [];
    const { status, step, message: text, data } = parsed.data;
    return [
      { name: names.get(message.tool_call_id ?? '') ?? '', status, step: step ?? null, message: text ?? null, data },
    ];
  });
}

const named = z.object({ id: z.number(), name: z.string() });

const openingSchema = z.object({
  mode: z.string(),
  alert: z.object({
    sourceId: z.string(),
    title: z.string(),
    description: z.string(),
    monitor: z.string().nullish(),
    device: z.object({ name: z.string().nullish() }),
  }),
  known: z
    .object({
      step: z.number(),
      account: named.nullable(),
      asset: named.nullable(),
      ticket: z.object({ id: z.number(), number: z.string(), title: z.string() }).nullable(),
      reason: z.string().nullable(),
    })
    .nullable(),
});

export type Opening = z.infer<typeof openingSchema>;

/** The alert and what the service found, from the JSON document in the first user message. */
export function openingOf({ messages }: ChatRequest): Opening | null {
  const text = messages.find((message) => message.role === 'user')?.content ?? '';
  const parsed = openingSchema.safeParse(parseJson(text.match(/```json\n([\s\S]*?)\n```/)?.[1] ?? ''));
  return parsed.success ? parsed.data : null;
}

export const hasRecovered = ({ messages }: ChatRequest): boolean =>
  messages.some(({ role, content }) => role === 'user' && content?.includes('now reported that the alert is resolved'));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
