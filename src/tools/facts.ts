import type { Lane } from '../domain/call-context.ts';
import type { Subject } from '../domain/journal.ts';
import type { Effect } from '../policy/effect.ts';
import { catalogue, type ReadRow, type ToolName, type WriteRow, type WriteToolName } from './catalogue.ts';

/** The tools that code calls itself or names to the model, by purpose. */
export const named = {
  addNote: 'create_a_kaseya_bms_servicedesk_ticket_note',
  assignTicket: 'create_a_kaseya_bms_assignticket',
  openRmmTicket: 'create_a_kaseya_bms_rmm_ticket',
  resolveRmmTicket: 'create_a_kaseya_bms_tickets_resolve',
} as const satisfies Record<string, ToolName>;

/** A journal or a model may name a tool that does not exist, or that an earlier release had: such a name has no facts. */
const isToolName = (name: string): name is ToolName => Object.hasOwn(catalogue, name);

function factsOf(name: string): Partial<WriteRow> {
  const row: ReadRow | WriteRow | null = isToolName(name) ? catalogue[name] : null;
  return row === null || row.effect === 'read' ? {} : row;
}

/** A call of it that succeeds closes a ticket. */
export const isResolver = (name: string): boolean => factsOf(name).resolves === true;

/** A call of it that succeeds opens a ticket. */
export const isOpener = (name: string): boolean => factsOf(name).opens === true;

/** A call of it that succeeds leaves a ticket in a queue or with a person. */
export const isHandOverTool = (name: string): boolean => factsOf(name).handsOver === true;

/** It only adds text to a ticket: the one kind of write that a ticket may get after a person has taken it up. */
export const isComment = (name: string): boolean => factsOf(name).comments === true;

/** The lane of the tool's requests, whichever lane the run is in; null: the run's own. */
export const laneOf = (name: string): Lane | null => factsOf(name).lane ?? null;

/** The BMS operations (method and path template) that a write cannot do without. */
export const operationsOf = (name: string): readonly string[] => factsOf(name).needs ?? [];

/** The class by which policy decides. A name without a row counts as the strictest. */
export const classOf = (name: string): Effect => (isToolName(name) ? catalogue[name].effect : 'destructive');

/** A write's class, typed by the tool's name. */
export const effectOf = (name: WriteToolName): WriteRow['effect'] => catalogue[name].effect;

/** The kinds of runs that are offered a tool. */
export const offeredTo = (name: ToolName): readonly Subject['kind'][] => catalogue[name].offeredTo;

/** The tools that a run of this subject may call, in the catalogue's order. Tools that are not configured are left out. */
export function offered<T>(tools: ReadonlyMap<string, T>, { kind }: { kind: Subject['kind'] }): ReadonlyMap<string, T> {
  const names = (Object.keys(catalogue) as ToolName[]).filter((name) => offeredTo(name).includes(kind));
  return new Map(names.flatMap((name) => ((tool) => (tool ? [[name, tool] as const] : []))(tools.get(name))));
}
