import { z } from 'zod';
import type { JobFamily, Scope, TicketRef } from '../domain/journal.ts';
import type { RunState } from '../domain/run-state.ts';
import type { RmmRow } from '../kaseya/rmm.ts';
import type { ReadToolName, ToolName, WriteRow, WriteToolName } from './catalogue.ts';
import { effectOf } from './facts.ts';

/** What a tool may know of the run it works for. */
export interface ToolContext {
  runId: string;
  /** The call that is being made; it is one of `state.calls`. */
  callId: string;
  /** The run as its journal has it now. */
  state: RunState;
  /** What the run may touch, as the service found it. */
  scope: Scope;
}

/** Why a call was not made; the model gets it in full, to correct itself. */
export interface Refusal {
  refused: true;
  /** Stable, snake_case. */
  code: string;
  message: string;
}

export const refuse = (code: string, message: string): Refusal => ({ refused: true, code, message });

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value && value.refused === true;

interface ToolBase<I, N extends ToolName> {
  name: N;
  /** Honest about what the call does and does not do: the model plans by it. */
  description: string;
  /** The arguments as the model sends them. The seam checks them before any method sees them. */
  input: z.ZodType<I>;
  /** Null when the call stays inside the run's scope. Reads nothing upstream. */
  outside(input: I, context: ToolContext): Refusal | null;
}

export interface ReadTool<I = never> extends ToolBase<I, ReadToolName> {
  effect: 'read';
  /** Answers with JSON for the model, or with a refusal. An `UpstreamError` is reported to the model. */
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

/** BMS is as the write would have left it, without a sign that this write did it. */
export interface AsWanted {
  kind: 'as_wanted';
  message: string;
  ticket: TicketRef | null;
}

/**
 * What BMS shows of a write whose answer was lost. `absent`: it has not arrived. `pending`: it cannot be known yet.
 * `undecidable`: no read of BMS can show it.
 */
export type ReadBack = Written | AsWanted | 'absent' | 'pending' | 'undecidable';

interface WriteBase<I, A> extends ToolBase<I, WriteToolName> {
  effect: WriteRow['effect'];
  /**
   * Turns names into ids that the tenant's lookups hold; it may read upstream. The answer is exactly what will be sent, and
   * what is journaled. An `UpstreamError` that will not pass refuses the call.
   */
  prepare(input: I, context: ToolContext): Promise<A | Refusal>;
  /** Finds out upstream what became of a write whose answer was lost. Changes nothing. */
  readBack(args: A, trace: Trace, context: ToolContext): Promise<ReadBack>;
}

/** A write that is a call of its own. */
export interface CallTool<I = never, A = never> extends WriteBase<I, A> {
  /** Sends it, once. An `UpstreamError` says by its `effect` whether it may have been carried out. */
  write(args: A, trace: Trace, context: ToolContext): Promise<Written>;
}

/** A write that is one row of an RMM write: it goes out in an array, with the rows of other runs. */
export interface RowTool<I = never, A = never> extends WriteBase<I, A> {
  row(args: A, trace: Trace): RmmRow;
}

export type WriteTool = CallTool | RowTool;
export type Tool = ReadTool | WriteTool;

/**
 * The makers of tools. A tool's effect is its row's in the catalogue, so a name without a row, or with a row of the other
 * kind, does not compile. The seam checks arguments against `input` before any method sees them, so tools of all inputs
 * fit one list.
 */
export const defineRead = <I>(tool: Omit<ReadTool<I>, 'effect'>): ReadTool =>
  ({ ...tool, effect: 'read' }) as unknown as ReadTool;

export const defineWrite = <I, A>(tool: Omit<CallTool<I, A>, 'effect'>): WriteTool =>
  ({ ...tool, effect: effectOf(tool.name) }) as unknown as WriteTool;

export const defineRow = <I, A>(tool: Omit<RowTool<I, A>, 'effect'>): WriteTool =>
  ({ ...tool, effect: effectOf(tool.name) }) as unknown as WriteTool;

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
