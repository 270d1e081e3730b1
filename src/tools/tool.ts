import { z } from 'zod';
import type { JobFamily, Scope, TicketRef } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import type { RmmRow } from '../kaseya/rmm.ts';

/** What a tool may know of the run it works for. */
export interface ToolContext {
  runId: string;
  callId: string;
  state: RunState;
  scope: Scope;
}

/** Why a call was not made; the model gets it in full, to correct itself. */
export interface Refusal {
  refused: true;
  code: string;
  message: string;
}

export const refuse = (code: string, message: string): Refusal => ({ refused: true, code, message });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value && value.refused === true;

interface ToolBase<I> {
  name: string;
  /** Honest about what the call does and does not do: the model plans by it. */
  description: string;
  input: z.ZodType<I>;
  /** Null when the call stays inside the run's scope. */
  outside(input: I, context: ToolContext): Refusal | null;
}

export interface ReadTool<I = never> extends ToolBase<I> {
  effect: 'read';
  read(input: I, context: ToolContext): Promise<unknown>;
}

/** Where a write leaves its trace: `marker` goes into the text that BMS keeps, `transactionId` names the job's row. */
export interface Trace {
  marker: string;
  transactionId: string;
}

export type Written =
  | { kind: 'done'; message: string; data: unknown; ticket: TicketRef | null }
  /** The upstream took it as a job; the outcome comes later. */
  | { kind: 'job'; family: JobFamily; jobId: string };

/** What was wanted is the case, without a sign that this write did it. */
export interface AsWanted {
  kind: 'as_wanted';
  message: string;
  ticket: TicketRef | null;
}

/** What a look upstream tells of a write whose answer was lost. `pending`: too early to tell. `undecidable`: no look will. */
export type ReadBack = Written | AsWanted | 'absent' | 'pending' | 'undecidable';

interface WriteBase<I, A> extends ToolBase<I> {
  effect: 'write' | 'destructive';
  /** Turns names into ids that the tenant's lookups hold. The answer is what will be sent, and what is journaled. */
  prepare(input: I, context: ToolContext): Promise<A | Refusal>;
  readBack(args: A, trace: Trace, context: ToolContext): Promise<ReadBack>;
}

/** A write that is a call of its own. */
export interface CallTool<I = never, A = never> extends WriteBase<I, A> {
  write(args: A, trace: Trace, context: ToolContext): Promise<Written>;
}

/** A write that is one row of an RMM write: it goes out in an array, with the rows of other runs. */
export interface RowTool<I = never, A = never> extends WriteBase<I, A> {
  row(args: A, trace: Trace): RmmRow;
}

export type WriteTool = CallTool | RowTool;
export type Tool = ReadTool | WriteTool;

/** The seam checks arguments against `input` before any method sees them, so tools of all inputs fit one list. */
export const defineRead = <I>(tool: Omit<ReadTool<I>, 'effect'>): ReadTool =>
  ({ ...tool, effect: 'read' }) as unknown as ReadTool;

export const defineWrite = <I, A>(tool: Omit<CallTool<I, A>, 'effect'>): WriteTool =>
  ({ ...tool, effect: 'write' }) as unknown as WriteTool;

export const defineRow = <I, A>(tool: Omit<RowTool<I, A>, 'effect'>): WriteTool =>
  ({ ...tool, effect: 'write' }) as unknown as WriteTool;

/** A tool as the model sees it. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

/** Keywords that strict function schemas do not take; our own check of the arguments enforces them all the same. */
const notInStrict = new Set([
  '$schema',
  'default',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'minItems',
  'maxItems',
]);

/** By input: a run shows the model every tool at every turn, and what they take never changes. */
const parametersOf = new WeakMap<z.ZodType, ToolSpec['parameters']>();

export function specOf(tool: { name: string; description: string; input: z.ZodType }): ToolSpec {
  const parameters = parametersOf.get(tool.input) ?? strictSchemaOf(tool.input);
  parametersOf.set(tool.input, parameters);
  return { name: tool.name, description: tool.description, parameters };
}

function strictSchemaOf(input: z.ZodType): ToolSpec['parameters'] {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([key]) => !notInStrict.has(key));
    return Object.fromEntries(kept.map(([key, inner]) => [key, strip(inner)]));
  };
  return strip(z.toJSONSchema(input)) as ToolSpec['parameters'];
}
