import { z } from 'zod';
import { caseless } from './caseless.ts';
import { readRows } from './page.ts';
import type { Transport } from './transport.ts';

const summary = '/v2/servicedesk/tickets/{ticketId}/ticketsummary/generate';
const resolution = '/v2/servicedesk/tickets/{ticketId}/ticketresolution/generate';
const configuration = '/v2/admin/copilot/configuration';

const settingSchema = caseless({
  id: z.number().int(),
  isEnabled: z.boolean(),
  moduleId: z.number().int().nullish(),
  value: z.unknown(),
});

export type CopilotSetting = z.infer<typeof settingSchema>;

/** Kaseya's own copilot. Kaseya describes no answers for it, and a tenant without the licence refuses. */
export interface Copilot {
  /** The text, however the tenant wraps it; null when the answer holds none. */
  summarise(ticketId: number): Promise<string | null>;
  draftResolution(ticketId: number, options: { save: boolean }): Promise<string | null>;
  settings(): Promise<CopilotSetting[]>;
}

export function createCopilot(transport: Transport): Copilot {
  return {
    async summarise(ticketId) {
      const { result } = await transport.call({ method: 'POST', template: summary, params: { ticketId } });
      return textIn(result);
    },
    async draftResolution(ticketId, { save }) {
      const request = { method: 'POST', template: resolution, params: { ticketId }, query: { doSaveResult: save } };
      const { result } = await transport.call({ ...request, method: 'POST' });
      return textIn(result);
    },
    async settings() {
      const envelope = await transport.call({ method: 'GET', template: configuration });
      return readRows(settingSchema, envelope, `GET ${configuration}`).rows;
    },
  };
}

/** Kaseya does not describe the answer's shape: it is a text, or the longest text in the answer. */
function textIn(result: unknown): string | null {
  if (typeof result === 'string') return result || null;
  if (typeof result !== 'object' || result === null) return null;
  const texts = Object.values(result).flatMap((value) => textIn(value) ?? []);
  return texts.sort((left, right) => right.length - left.length)[0] ?? null;
}
