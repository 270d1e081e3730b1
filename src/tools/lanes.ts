import { runAs } from '../domain/call-context.ts';
import { laneOf } from './facts.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { TouchReads } from './touch.ts';

/** A hand-over to people and a read-back wait as long as they must. */
const givesUpAt = Number.POSITIVE_INFINITY;
const readBackCaller = { lane: 'verification', fresh: true, givesUpAt } as const;

/**
 * The same tool. Hand-overs and read-backs call upstream in lanes of their own, and what a write is prepared from is never
 * another run's read.
 */
export function inLanes(tool: Tool): Tool {
  if (tool.effect === 'read') return tool;
  // The service itself calls a tool only to hand over.
  const callerOf = ({ callId, state }: ToolContext) => {
    const lane = state.calls.get(callId)?.by === 'service' ? 'escalation' : laneOf(tool.name);
    return lane === null ? {} : { lane, givesUpAt };
  };
  const inLane: Tool = {
    ...tool,
    prepare: (input, context) => runAs({ ...callerOf(context), fresh: true }, () => tool.prepare(input, context)),
    readBack: (args, trace, context) => runAs(readBackCaller, () => tool.readBack(args, trace, context)),
  };
  // A row is sent by its batch's submitter.
  if ('row' in tool) return inLane;
  return {
    ...inLane,
    write: (args, trace, context) => runAs({ givesUpAt, ...callerOf(context) }, () => tool.write(args, trace, context)),
  };
}

/** Reads for the check of a person's touch: always from BMS itself, never another run's read of a moment ago. */
export const neverShared = (tickets: TouchReads): TouchReads => ({
  get: (ticketId) => runAs(readBackCaller, () => tickets.get(ticketId)),
  activities: (ticketId) => runAs(readBackCaller, () => tickets.activities(ticketId)),
});
