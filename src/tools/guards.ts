import { isTransient, UpstreamError } from '../domain/errors.ts';
import { decide } from '../policy/decide.ts';
import { parseArguments } from './arguments.ts';
import { classOf } from './facts.ts';
import { forWrites, type Guard, type Proposal, pass, refuseWith, type Verdict } from './guard.ts';
import { earlierDuplicate, keyOf } from './ledger.ts';
import { isRefusal, refuse, type ToolContext, type WriteTool } from './tool.ts';
import { objectionByTouch } from './touch.ts';
import { writesExhausted } from './write-budget.ts';

const schema: Guard = ({ tool, call }) => {
  const parsed = parseArguments<unknown>(tool, call.arguments);
  return parsed.ok ? pass({ args: parsed.value }) : refuseWith('invalid_arguments', parsed.message);
};

const scope: Guard = (proposal, context) => {
  const outside = proposal.tool.outside(proposal.args as never, context);
  return outside ? refuseWith(outside.code, outside.message) : pass(proposal);
};

/** May this tool be called at all? Asked before anything is read upstream. */
const policy: Guard = (proposal, { state }) =>
  decisionOn(proposal, state) === 'deny' ? denied(proposal) : pass(proposal);

/** Turns names into ids, by reads upstream: from here on the arguments are exactly what would be sent. */
const prepare: Guard<WriteTool> = async ({ tool, args }, context) => {
  const prepared: unknown = await tool.prepare(args as never, context).catch((error: unknown) => {
    if (error instanceof UpstreamError && !isTransient(error)) return refuse(error.code, error.message);
    throw error;
  });
  return isRefusal(prepared) ? refuseWith(prepared.code, prepared.message) : pass({ args: prepared });
};

/** May these arguments be sent? Policy has no rule about arguments yet, so it gives the answer that it gave before. */
const policyOnPrepared: Guard<WriteTool> = (proposal, { state }) => {
  const decision = decisionOn(proposal, state);
  if (decision === 'deny') return denied(proposal);
  return decision === 'describe' ? { kind: 'describe', args: proposal.args } : pass(proposal);
};

/** The class is the catalogue's, not what the tool says of itself. */
const decisionOn = ({ tool }: Proposal, { mode, subject }: ToolContext['state']) =>
  decide({ effect: classOf(tool.name), mode, subject: subject.kind });

const denied = ({ tool }: Proposal): Verdict => refuseWith('denied', `policy forbids ${classOf(tool.name)} calls`);

const duplicate: Guard<WriteTool> = (proposal, { state, callId }) => {
  const earlier = earlierDuplicate(state, callId, keyOf(proposal.tool.name, proposal.args));
  if (!earlier) return pass(proposal);
  return refuseWith('already_written', `this run made the same write before (call ${earlier.id}): its result stands`);
};

const writeBudget: Guard<WriteTool> = (proposal, { state }, { budget }) => {
  const spent = proposal.call.by === 'model' ? writesExhausted(state, budget) : null;
  return spent === null ? pass(proposal) : refuseWith('budget_writes', spent);
};

/** Reads the ticket upstream, so it comes last: a call that fails for another reason costs no read. */
const personTouch: Guard<WriteTool> = async (proposal, context, deps) => {
  const message = await objectionByTouch(proposal.args, proposal.tool.name, context, deps);
  return message === null ? pass(proposal) : refuseWith('person_touched', message);
};

/** The checks between a proposal and its call, in order. A new guard is one more entry. */
export const guards: readonly Guard[] = [
  schema,
  scope,
  policy,
  ...[prepare, policyOnPrepared, duplicate, writeBudget, personTouch].map(forWrites),
];
