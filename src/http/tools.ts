import type { FastifyInstance } from 'fastify';
import { notFound } from './errors.ts';

/** A tool as `/v1/tools` shows it. */
export interface ToolView {
  name: string;
  description: string;
  effect: 'read' | 'write' | 'destructive';
  /** The kinds of runs that are offered it. */
  offeredTo: readonly string[];
  /** JSON Schema of its arguments. */
  parameters: Record<string, unknown>;
}

export interface ToolDeps {
  tools: readonly ToolView[];
}

interface ByName {
  Params: { name: string };
}

/** The tools that the model may propose, for people and other agents. They are described only: a call takes a run (`tasks.ts`). */
export async function toolRoutes(app: FastifyInstance, { tools }: ToolDeps): Promise<void> {
  const find = (name: string): ToolView => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw notFound('tool of this name', 'names are in GET /v1/tools');
    return tool;
  };
  app.get('/tools', () => ({ items: tools, next: null }));
  app.get<ByName>('/tools/:name', ({ params }) => find(params.name));
}
