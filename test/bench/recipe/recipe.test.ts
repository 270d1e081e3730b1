import OpenAI from 'openai';
import t, { type Test } from 'tap';
import { runAgent } from '../../../bench/recipe/agent.ts';
import { createRawBms, RateLimitError } from '../../../bench/recipe/bms.ts';
import { createCallTool } from '../../../bench/recipe/call-tool.ts';
import { humanPrompt } from '../../../bench/recipe/prompt.ts';
import { retryWhenLimited } from '../../../bench/recipe/retry.ts';
import { dattoAlert } from '../../../harness/stack.ts';
import { type BmsOptions, defaultOptions } from '../../../sim/bms/options.ts';
import { readyLine } from '../../../sim/bms/ready-line.ts';
import { createBms } from '../../../sim/bms/server.ts';
import { createModelServer } from '../../../sim/model/server.ts';

async function start(t: Test, change: Partial<BmsOptions> = {}) {
  const { app, state } = createBms({ ...defaultOptions, jobSeconds: { min: 0, max: 0 }, ...change });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const model = createModelServer({ apiKey: null, latencyMs: 0 });
  const baseURL = `${await model.listen({ port: 0, host: '127.0.0.1' })}/v1`;
  t.teardown(() => Promise.all([app.close(), model.close()]));
  const { url, integrationType, ...credentials } = readyLine(app, state);
  const callTool = createCallTool(createRawBms({ baseUrl: url, ...credentials }), null);
  const client = new OpenAI({ baseURL, apiKey: 'any' });
  const ticket = state.ledger().tickets.find(({ alertRefId, resolved }) => alertRefId !== null && !resolved);
  if (!ticket) throw new Error('no ticket');
  const prompt = humanPrompt(dattoAlert(ticket), integrationType);
  return { state, ticket, callTool, run: (name: string) => runAgent(prompt, { client, model: name, callTool }) };
}

t.test('the recipe closes the ticket of an alert whose fault is over', async (t) => {
  const { run, state, ticket } = await start(t);
  t.match(await run('scripted-triage'), /^Done/);
  const { effects, tickets } = state.ledger();
  t.equal(effects.length, 1);
  t.equal(tickets.find(({ id }) => id === ticket.id)?.resolved, true);
});

t.test('only the diligent model sees a failed row in a completed job', async (t) => {
  const { run } = await start(t, { jobFailure: 1 });
  t.match(await run('scripted-triage'), /^Done/);
  t.match(await run('scripted-triage-diligent'), /^Not done/);
});

t.test('a model that keeps asking is stopped by the turns it has', async (t) => {
  const { run } = await start(t, { jobSeconds: { min: 60, max: 60 } });
  t.equal(await run('scripted-triage-diligent'), 'Agent stopped due to max iterations.');
});

t.test('the recipe reports errors to the model, and a 429 ends the run', async (t) => {
  const { callTool } = await start(t, { rateLimit: { limit: 1, windowSeconds: 3600 } });
  const read = () => callTool('get_single_kaseya_bms_servicedesk_ticket_by_id', '{"ticketId": 1}');
  t.match(await read(), /was not found/);
  await t.rejects(read(), RateLimitError);
});

t.test('the recipe repeats the whole run once the reset has passed, five times at most', async (t) => {
  const play = async (answers: (string | Error)[]) => {
    const slept: number[] = [];
    const next = async () => {
      const answer = answers.shift() ?? 'too often';
      if (typeof answer === 'string') return answer;
      throw answer;
    };
    const sleep = async (ms: number) => slept.push(ms);
    return { output: await retryWhenLimited(next, { fallbackSeconds: 10, sleep }), slept };
  };
  const limited = (headers: Record<string, string> = {}) => new RateLimitError(new Headers(headers));
  t.same(await play([limited({ 'ratelimit-reset': '3' }), limited(), 'ok']), { output: 'ok', slept: [3000, 10_000] });
  t.match(await play(Array.from({ length: 6 }, () => limited())), { output: null, slept: { length: 5 } });
  await t.rejects(play([new Error('other')]), { message: 'other' });
});
