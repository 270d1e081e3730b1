import type { FastifyInstance } from 'fastify';
import { notFound, problem } from './errors.ts';

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

export interface ToolParts {
  tools: readonly ToolView[];
}

interface ByName {
  Params: { name: string };
}

/** What the model may propose, for people and other agents. */
export async function toolRoutes(app: FastifyInstance, { tools }: ToolParts): Promise<void> {
  const find = (name: string): ToolView => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (!tool) throw notFound('tool of this name', 'names are in GET /v1/tools');
    return tool;
  };
  app.get('/tools', () => ({ items: tools, next: null }));
  app.get<ByName>('/tools/:name', ({ params }) => find(params.name));
  app.post<ByName>('/tools/:name', ({ params }) => {
    find(params.name);
    // A call needs a run: its journal, its scope and its ledger are what make it safe.
    const message = 'a single call outside a run is not offered: nothing would confine, record or verify it';
    throw problem(501, { code: 'not_offered', message, hint: 'say in words what you want: POST /v1/tasks' });
  });
}
