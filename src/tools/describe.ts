import { offeredTo } from './catalogue.ts';
import { specOf, type Tool } from './tool.ts';

/** The tools for people and other agents to read. */
export const describeTools = (tools: readonly Tool[]) =>
  tools.map((tool) => ({ ...specOf(tool), effect: tool.effect, offeredTo: offeredTo(tool.name) }));
