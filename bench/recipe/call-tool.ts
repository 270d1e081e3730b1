import type { RawBms } from './bms.ts';
import { placeholdersOf, type RawTool, rawTools, webhookTool } from './tools.ts';

export type CallTool = (name: string, json: string) => Promise<string>;

/** Carries out what the model asked for and answers with the text that came back. */
export const createCallTool =
  (bms: RawBms, webhookUrl: string | null): CallTool =>
  async (name, json) => {
    const args = JSON.parse(json || '{}') as Record<string, unknown>;
    if (name === webhookTool.name) return trigger(webhookUrl, args);
    const tool = rawTools.find((candidate) => candidate.name === name);
    if (!tool) return `Error: there is no tool ${name}`;
    const { method } = tool;
    return bms({ method, path: pathOf(tool, args), ...(tool.body ? { body: args.body } : {}) });
  };

function pathOf(tool: RawTool, args: Record<string, unknown>): string {
  const path = placeholdersOf(tool).reduce(
    (left, name) => left.replace(`{${name}}`, encodeURIComponent(String(args[name]))),
    tool.path,
  );
  const query = new URLSearchParams();
  for (const name of tool.query ?? []) if (args[name] != null) query.set(name, String(args[name]));
  return query.size > 0 ? `${path}?${query}` : path;
}

async function trigger(url: string | null, args: unknown): Promise<string> {
  if (url === null) return 'Error: no remediation webhook is set up';
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(args) });
  return `${response.status} ${await response.text()}`;
}
