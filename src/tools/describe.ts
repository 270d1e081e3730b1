import { offeredTo } from './facts.ts';
import { specOf, type Tool } from './tool.ts';

/** The tools as people and other agents read them (`GET /v1/tools`): the model's view, the effect, and which runs are offered each. */
export const describeTools = (tools: readonly Tool[]) =>
  tools.map((tool) => ({ ...specOf(tool), effect: tool.effect, offeredTo: [...offeredTo(tool.name)] }));
