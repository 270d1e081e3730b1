import { UpstreamError } from '../domain/errors.ts';
import type { EntryBody } from '../domain/journal.ts';
import { type CallState, isQueued } from '../domain/run-state.ts';
import { awaitBatch, awaitJob } from './await-job.ts';
import { type GuardDeps, passGuards } from './guard.ts';
import { guards } from './guards.ts';
import { keyOf, type LedgerDeps, type Progress, write } from './ledger.ts';
import { readBackWrite } from './read-back.ts';
import { isRefusal, type ReadTool, type Tool, type ToolContext, type WriteTool } from './tool.ts';
import { objectionByTouch } from './touch.ts';

export interface SeamDeps extends LedgerDeps, GuardDeps {
  /** The tools that this run is offered, by name. */
  tools: ReadonlyMap<string, Tool>;
}

/**
 * The only way from a proposal to an upstream, for calls of the model and of the service alike. A call is checked in this
 * order: schema → scope → policy and mode. A read is then made. A write goes on: names are resolved by reads upstream →
 * policy on the prepared arguments, where observe mode ends with a description → ledger (has the run made this write
 * before?) → write budget → has a person touched the ticket? → ledger (the intent) → rate budget → call → outcome. The
 * checks are `guards`; the upstream's client takes the rate budget right before each request, reads included.
 * Every outcome is in the journal before the next step. A write whose intent is in the journal meets no guard again: the
 * ledger carries it to its outcome.
 */
export async function advanceCall(call: CallState, context: ToolContext, deps: SeamDeps): Promise<Progress> {
  const tool = deps.tools.get(call.name);
  if (!tool) return finish(unknownTool(call, deps), deps);
  if (tool.effect !== 'read' && (call.intent || call.job)) return followUp(call, tool, context, deps);

  const verdict = await passGuards({ call, tool, args: call.arguments }, context, deps, guards);
  switch (verdict.kind) {
    case 'refuse':
      return finish({ type: 'call_refused', callId: call.id, code: verdict.code, message: verdict.message }, deps);
    case 'describe':
      return finish(described(call, verdict.args), deps);
    case 'wait':
      return { until: verdict.until };
    case 'pass':
      return tool.effect === 'read'
        ? finish(await entryOfRead(call, tool, verdict.args, context), deps)
        : write(tool, verdict.args, keyOf(tool.name, verdict.args), context, deps);
  }
}

async function finish(entry: EntryBody, deps: LedgerDeps): Promise<Progress> {
  await deps.append(entry);
  return 'done';
}

/** A write that is on its way: its job reports, its batch is sent, or BMS is read for it. */
function followUp(
  call: CallState,
  tool: WriteTool,
  context: ToolContext,
  deps: SeamDeps,
): Promise<Progress> | Progress {
  if (call.job) return awaitJob(call, tool, context, deps);
  if (isQueued(call)) return awaitBatch(call, deps);
  return readBackWrite(call, tool, context, deps, (args) => objectionByTouch(args, tool.name, context, deps));
}

const unknownTool = ({ id, name }: CallState, { tools }: SeamDeps): EntryBody => ({
  type: 'call_refused',
  callId: id,
  code: 'unknown_tool',
  message: `there is no tool "${name}"; there are: ${[...tools.keys()].join(', ')}`,
});

const described = ({ id }: CallState, args: unknown): EntryBody => ({
  type: 'write_done',
  callId: id,
  outcome: 'described',
  message: 'observe mode: this is what would be written; nothing was',
  data: args,
  ticket: null,
});

/** Makes the read. A read that BMS does not answer is reported to the model, which decides what to do without it. */
async function entryOfRead(
  { id: callId }: CallState,
  tool: ReadTool,
  args: unknown,
  context: ToolContext,
): Promise<EntryBody> {
  try {
    const data = await tool.read(args as never, context);
    if (isRefusal(data)) return { type: 'call_refused', callId, code: data.code, message: data.message };
    return { type: 'read_done', callId, data };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { type: 'read_failed', callId, code: error.code, message: error.message };
  }
}
