import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import OpenAI from 'openai';
import { z } from 'zod';
import { runAgent } from './agent.ts';
import { createRawBms } from './bms.ts';
import { createCallTool } from './call-tool.ts';
import { humanPrompt } from './prompt.ts';
import { retryWhenLimited } from './retry.ts';

/** The service's own names, and two more. */
const env = z
  .object({
    ...{ KASEYA_BASE_URL: z.string(), KASEYA_USERNAME: z.string(), KASEYA_PASSWORD: z.string() },
    ...{ KASEYA_TENANT: z.string(), KASEYA_INTEGRATION_TYPE: z.string() },
    ...{ OPENAI_BASE_URL: z.string(), OPENAI_API_KEY: z.string(), OPENAI_MODEL: z.string() },
    RECIPE_WEBHOOK_URL: z.string().nullable().default(null),
    RECIPE_FALLBACK_SECONDS: z.coerce.number().positive().default(10),
  })
  .parse(process.env);

const bms = createRawBms({
  baseUrl: env.KASEYA_BASE_URL,
  username: env.KASEYA_USERNAME,
  password: env.KASEYA_PASSWORD,
  tenant: env.KASEYA_TENANT,
});
const parts = {
  client: new OpenAI({ baseURL: env.OPENAI_BASE_URL, apiKey: env.OPENAI_API_KEY }),
  model: env.OPENAI_MODEL,
  callTool: createCallTool(bms, env.RECIPE_WEBHOOK_URL),
};

/** What was said about each alert; it lives as long as the process does, as everything here. */
const outputs = new Map<string, string>();

async function handle(alert: { alert_uid: string }): Promise<void> {
  const prompt = humanPrompt(alert, env.KASEYA_INTEGRATION_TYPE);
  const options = { fallbackSeconds: env.RECIPE_FALLBACK_SECONDS, sleep };
  const output = await retryWhenLimited(() => runAgent(prompt, parts), options).catch(
    (error: unknown) => `Agent execution failed: ${error instanceof Error ? error.message : error}`,
  );
  outputs.set(alert.alert_uid, output ?? 'Gave up: still limited after five attempts.');
}

const app = Fastify();
app.post('/alerts', async (request, reply) => {
  void handle(z.looseObject({ alert_uid: z.string() }).parse(request.body));
  return reply.code(202).send();
});
app.get('/outputs/:uid', async (request) => {
  const { uid } = z.object({ uid: z.string() }).parse(request.params);
  return { output: outputs.get(uid) ?? null };
});

console.log(JSON.stringify({ url: await app.listen({ port: 0, host: '127.0.0.1' }) }));
