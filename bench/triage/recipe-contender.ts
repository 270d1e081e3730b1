import { tmpdir } from 'node:os';
import { startProgram } from '../../harness/process.ts';
import { type LedgerTicket, simClient } from '../../harness/sim-client.ts';
import { dattoAlert } from '../../harness/stack.ts';
import type { StartContender, Verdict } from './contender.ts';
import { startModel } from './model.ts';

/** The recipe with a model of this name. After a restart, the prompt runs again for each alert that has no answer yet. */
export const recipeWith =
  (modelName: string): StartContender =>
  async ({ simFlags, modelLatencyMs }) => {
    const cwd = tmpdir();
    const bms = await startProgram('sim/bms/main', ['--port', '0', ...simFlags], { cwd });
    const model = await startModel(modelLatencyMs, cwd);
    const env = {
      KASEYA_BASE_URL: String(bms.ready.url),
      KASEYA_USERNAME: String(bms.ready.username),
      KASEYA_PASSWORD: String(bms.ready.password),
      KASEYA_TENANT: String(bms.ready.tenant),
      KASEYA_INTEGRATION_TYPE: String(bms.ready.integrationType),
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: model.apiKey,
      OPENAI_MODEL: modelName,
    };
    const start = () => startProgram('bench/recipe/main', [], { cwd, env });
    let recipe = await start();
    const open = new Map<string, LedgerTicket>();
    const heard = new Map<string, Verdict>();

    const deliver = async (ticket: LedgerTicket): Promise<void> => {
      open.set(ticket.alertRefId ?? '', ticket);
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(dattoAlert(ticket));
      await fetch(`${recipe.ready.url}/alerts`, { method: 'POST', headers, body });
    };

    return {
      sim: simClient(String(bms.ready.url)),
      deliver,
      async verdict({ alertRefId }) {
        const uid = alertRefId ?? '';
        const response = await fetch(`${recipe.ready.url}/outputs/${uid}`);
        const { output } = (await response.json()) as { output: string | null };
        if (output !== null) {
          heard.set(uid, { saysDone: output.startsWith('Done'), words: output });
          open.delete(uid);
        }
        return heard.get(uid) ?? null;
      },
      async crash() {
        await recipe.kill();
        recipe = await start();
        for (const ticket of open.values()) await deliver(ticket);
      },
      tokens: () => model.tokens(),
      async stop() {
        for (const process of [recipe, model, bms]) await process.stop();
      },
    };
  };
