import type { EntryBody } from '../domain/journal.ts';
import type { CallState } from '../domain/run-state.ts';
import type { Tool, ToolContext, WriteTool } from './tool.ts';
import type { TouchDeps } from './touch.ts';

/** A call on its way through the guards. `args`: as sent by the model, then as the schema reads them, then as prepared. */
export interface Proposal<T extends Tool = Tool> {
  call: CallState;
  tool: T;
  args: unknown;
}

/**
 * What a guard makes of a call: it goes on with these arguments; it is refused; it comes back at `until` (Unix time, ms);
 * or it is written down instead of made.
 */
export type Verdict =
  | { kind: 'pass'; args: unknown }
  | { kind: 'refuse'; code: string; message: string }
  | { kind: 'wait'; until: number }
  | { kind: 'describe'; args: unknown };

export interface GuardDeps extends TouchDeps {
  append(body: EntryBody): Promise<void>;
  budget: { writes: number };
}

/** One check of the seam. What it throws stops the run's turn, not the call: the call meets the guards again next turn. */
export type Guard<T extends Tool = Tool> = (
  proposal: Proposal<T>,
  context: ToolContext,
  deps: GuardDeps,
) => Verdict | Promise<Verdict>;

export const pass = ({ args }: Pick<Proposal, 'args'>): Verdict => ({ kind: 'pass', args });
export const refuseWith = (code: string, message: string): Verdict => ({ kind: 'refuse', code, message });

/** Makes a guard of writes one of all calls: it lets reads pass. */
export const forWrites =
  (guard: Guard<WriteTool>): Guard =>
  ({ tool, ...rest }, context, deps) =>
    tool.effect === 'read' ? pass(rest) : guard({ ...rest, tool }, context, deps);

/** Passes a proposal through the guards in their order; the first verdict other than `pass` stands. */
export async function passGuards(
  proposal: Proposal,
  context: ToolContext,
  deps: GuardDeps,
  guards: readonly Guard[],
): Promise<Verdict> {
  let { args } = proposal;
  for (const guard of guards) {
    const verdict = await guard({ ...proposal, args }, context, deps);
    if (verdict.kind !== 'pass') return verdict;
    args = verdict.args;
  }
  return pass({ args });
}
