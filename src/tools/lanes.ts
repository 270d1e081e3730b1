import { runAs } from '../domain/call-context.ts';
import type { Tool, ToolContext } from './tool.ts';
import type { TouchReads } from './touch.ts';

/** Moves a ticket to people: whoever calls it, somebody is being told. */
const handsOver = 'create_a_kaseya_bms_assignticket';

/** People must be told, and what may have been written must be looked for, however long it takes. */
const givesUpAt = Number.POSITIVE_INFINITY;
const asItIs = { lane: 'verification', fresh: true, givesUpAt } as const;

/** The same tool, with hand-overs and read-backs asked for in the lanes of their own; what a write is prepared from is never shared. */
export function inLanes(tool: Tool): Tool {
  if (tool.effect === 'read') return tool;
  const laneOf = ({ callId, state }: ToolContext) =>
    state.calls.get(callId)?.by === 'service' || tool.name === handsOver
      ? ({ lane: 'escalation', givesUpAt } as const)
      : {};
  const inLane: Tool = {
    ...tool,
    prepare: (input, context) => runAs({ ...laneOf(context), fresh: true }, () => tool.prepare(input, context)),
    readBack: (args, trace, context) => runAs(asItIs, () => tool.readBack(args, trace, context)),
  };
  // A row is sent by its batch's submitter.
  if ('row' in tool) return inLane;
  return {
    ...inLane,
    write: (args, trace, context) => runAs({ givesUpAt, ...laneOf(context) }, () => tool.write(args, trace, context)),
  };
}

/** Whether a person has touched a ticket is asked of BMS itself, never of what another run read a moment ago. */
export const neverShared = (tickets: TouchReads): TouchReads => ({
  get: (ticketId) => runAs(asItIs, () => tickets.get(ticketId)),
  activities: (ticketId) => runAs(asItIs, () => tickets.activities(ticketId)),
});
