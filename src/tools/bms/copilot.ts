import { z } from 'zod';
import type { WriteToolName } from '../catalogue.ts';
import { foreignTicket, withoutAccount } from '../scope.ts';
import { defineWrite, type WriteTool } from '../tool.ts';
import type { ToolDeps } from './deps.ts';
import { ticketIdInput, trim } from './shape.ts';

interface Draft {
  name: WriteToolName;
  description: string;
  what: string;
  /** BMS generates the text and keeps it on the ticket in place of an earlier one. Null: BMS returned no text. */
  generate(ticketId: number): Promise<string | null>;
}

const licence =
  "Kaseya's copilot writes it, which the tenant may have no licence for: then BMS refuses, and you write your own from the ticket's history.";

export const copilotTools = ({ bms: { copilot } }: ToolDeps): WriteTool[] => {
  const drafts: Draft[] = [
    {
      name: 'create_a_kaseya_bms_ticketsummary_generate',
      description: `Has a summary of one ticket generated and kept on it. ${licence}`,
      what: 'summary',
      generate: (ticketId) => copilot.summarise(ticketId),
    },
    {
      name: 'create_a_kaseya_bms_ticketresolution_generate',
      description: `Has a resolution text of one ticket generated and kept on it. It closes nothing. ${licence}`,
      what: 'resolution text',
      generate: (ticketId) => copilot.draftResolution(ticketId, { save: true }),
    },
  ];
  return drafts.map(draftTool);
};

const draftTool = ({ name, description, what, generate }: Draft) =>
  defineWrite({
    name,
    description,
    input: z.strictObject({ ticketId: ticketIdInput }),
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? foreignTicket(ticketId, context),
    prepare: async ({ ticketId }) => ({ ticketId }),
    async write({ ticketId }) {
      const text = await generate(ticketId);
      return { kind: 'done', message: `${what} generated`, data: { text: trim(text, 4000) }, ticket: null };
    },
    /** Kaseya describes no way to read it back; generating again replaces the text, so a repeat does no harm. */
    readBack: async () => 'absent',
  });
