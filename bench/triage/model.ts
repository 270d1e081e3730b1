import { type Started, startProgram } from '../../harness/process.ts';

export interface BenchModel extends Started {
  url: string;
  apiKey: string;
  /** All that was spent, also by callers that were killed. */
  tokens(): Promise<number>;
}

export async function startModel(latencyMs: number, cwd: string): Promise<BenchModel> {
  const started = await startProgram('sim/model/main', ['--port', '0', '--latency-ms', String(latencyMs)], { cwd });
  const url = String(started.ready.url);
  return {
    ...started,
    url,
    apiKey: String(started.ready.apiKey),
    async tokens() {
      const response = await fetch(new URL('/__sim/usage', url));
      const { promptTokens, completionTokens } = (await response.json()) as Record<string, number>;
      return (promptTokens ?? 0) + (completionTokens ?? 0);
    },
  };
}
