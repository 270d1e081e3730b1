import type { z } from 'zod';
import { isTransient, UpstreamError } from '../domain/errors.ts';
import { type CallState, isQueued } from '../domain/run-state.ts';
import { decide } from '../policy/decide.ts';
import {
  awaitBatch,
  awaitJob,
  earlierDuplicate,
  keyOf,
  type LedgerDeps,
  type Progress,
  readBackWrite,
  write,
} from './ledger.ts';
import { withoutMarks } from './marker.ts';
import { isRefusal, type ReadTool, refuse, type Tool, type ToolContext, type WriteTool } from './tool.ts';
import { isComment, type TouchDeps, ticketIn, touchOf } from './touch.ts';
import { writesExhausted } from './write-budget.ts';

export interface SeamDeps extends LedgerDeps, TouchDeps {
  tools: ReadonlyMap<string, Tool>;
  budget: { writes: number };
}

/**
 * The one way from a proposal to an upstream, for calls of the model and of the service alike:
 * schema → scope → policy and mode → ledger → budget → call → outcome. (The budget is taken inside the upstream's
 * client, right before each request.) Whatever happens is in the journal before the next step.
 */
export async function advanceCall(call: CallState, context: ToolContext, deps: SeamDeps): Promise<Progress> {
  const tool = deps.tools.get(call.name);
  const refuseCall = async (code: string, message: string): Promise<Progress> => {
    await deps.append({ type: 'call_refused', callId: call.id, code, message });
    return 'settled';
  };
  if (!tool)
    return refuseCall(
      'unknown_tool',
      `there is no tool "${call.name}"; there are: ${[...deps.tools.keys()].join(', ')}`,
    );
  if (tool.effect !== 'read') {
    if (call.job) return awaitJob(call, tool, context, deps);
    if (isQueued(call)) return awaitBatch(call, deps);
    if (call.intent) return readBackWrite(call, tool, context, deps, (args) => takenUp(args, tool, context, deps));
  }

  const args = parseArguments<unknown>(tool, call.arguments);
  if (!args.ok) return refuseCall('invalid_arguments', args.message);

  const outside = tool.outside(args.value as never, context);
  if (outside) return refuseCall(outside.code, outside.message);

  const decision = decide(tool.effect, context.state.mode);
  if (decision === 'deny') return refuseCall('denied', `policy forbids ${tool.effect} calls`);

  if (tool.effect === 'read') return performRead(call, tool, args.value, context, deps);
  return proposeWrite(call, tool, args.value, decision === 'describe', context, deps);
}

/** What a call asks for, in the tool's shape. Marks are ours to set: they are taken out of its texts. */
export function parseArguments<I>(
  tool: { input: z.ZodType<I> },
  json: string,
): { ok: true; value: I } | { ok: false; message: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(json || '{}', (_, value) => (typeof value === 'string' ? withoutMarks(value) : value));
  } catch {
    return { ok: false, message: 'the arguments are not JSON' };
  }
  const parsed = tool.input.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`);
  return { ok: false, message: problems.join('; ') };
}

async function performRead(
  call: CallState,
  tool: ReadTool,
  args: unknown,
  context: ToolContext,
  deps: SeamDeps,
): Promise<Progress> {
  try {
    const data = await tool.read(args as never, context);
    if (isRefusal(data))
      await deps.append({ type: 'call_refused', callId: call.id, code: data.code, message: data.message });
    else await deps.append({ type: 'read_done', callId: call.id, data });
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    await deps.append({ type: 'read_failed', callId: call.id, code: error.code, message: error.message });
  }
  return 'settled';
}

async function proposeWrite(
  call: CallState,
  tool: WriteTool,
  input: unknown,
  describeOnly: boolean,
  context: ToolContext,
  deps: SeamDeps,
): Promise<Progress> {
  const prepared = await tool.prepare(input as never, context).catch((error: unknown) => {
    if (error instanceof UpstreamError && !isTransient(error)) return refuse(error.code, error.message);
    throw error;
  });
  if (isRefusal(prepared)) {
    const { code, message } = prepared;
    await deps.append({ type: 'call_refused', callId: call.id, code, message });
    return 'settled';
  }
  const args: unknown = prepared;
  const writeKey = keyOf(tool.name, args);
  const twin = earlierDuplicate(context.state, call.id, writeKey);
  if (twin) {
    const message = `this run made the same write before (call ${twin.id}): its result stands`;
    await deps.append({ type: 'call_refused', callId: call.id, code: 'already_written', message });
    return 'settled';
  }
  if (describeOnly) {
    const message = 'observe mode: this is what would be written; nothing was';
    await deps.append({
      type: 'write_done',
      callId: call.id,
      outcome: 'described',
      message,
      data: args,
      ticket: null,
    });
    return 'settled';
  }
  const spent = call.by === 'model' ? writesExhausted(context.state, deps.budget) : null;
  if (spent) {
    await deps.append({ type: 'call_refused', callId: call.id, code: 'budget_writes', message: spent });
    return 'settled';
  }
  const touched = await takenUp(args, tool, context, deps);
  if (touched) {
    await deps.append({ type: 'call_refused', callId: call.id, code: 'person_touched', message: touched });
    return 'settled';
  }
  return write(tool, args, writeKey, context, deps);
}

/** Has a person taken up the ticket that this write would change? Written down once, when it is first seen. */
async function takenUp(args: unknown, tool: WriteTool, context: ToolContext, deps: SeamDeps): Promise<string | null> {
  const ticketId = ticketIn(args);
  if (ticketId === null || isComment(tool.name)) return null;
  const known = context.state.touched.get(ticketId);
  const touched = known ?? (await touchOf(ticketId, context, deps));
  if (!touched) return null;
  if (!known) await deps.append(touched);
  const { by, what, at } = touched;
  return `${by} has taken up ticket ${ticketId} (${what}, ${at}): only notes may be added to it`;
}
