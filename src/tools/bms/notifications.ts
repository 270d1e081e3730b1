import { z } from 'zod';
import { named } from '../facts.ts';
import { foreignTicket, withoutAccount } from '../scope.ts';
import { defineWrite, refuse } from '../tool.ts';
import type { ToolDeps } from './deps.ts';
import { ticketIdInput } from './shape.ts';

export const notificationTools = ({ bms, kaseyaOne }: ToolDeps) => [
  defineWrite({
    name: 'create_a_kaseya_bms_action_notification',
    description: `Sends a callback about one ticket to other Kaseya products through Kaseya One. It pages and mails no one, and no answer shows whether it arrived. To inform people, use ${named.assignTicket} or a note with emailTo.`,
    input: z.strictObject({
      ticketId: ticketIdInput,
      actionEventType: z.string().min(1).max(100),
      eventType: z.string().min(1).max(100),
      message: z.string().max(1000).nullable().default(null),
      targetProducts: z.array(z.string().min(1).max(100)).max(10).default([]),
    }),
    outside: ({ ticketId }, context) => withoutAccount(context.scope) ?? foreignTicket(ticketId, context),
    async prepare({ ticketId, message, ...types }) {
      if (kaseyaOne) return { ...types, ...kaseyaOne, id: String(ticketId), event: { Message: message } };
      return refuse(
        'not_configured',
        `this needs the tenant's ids in Kaseya One: set kaseyaOne; to inform people, use ${named.assignTicket} or a note with emailTo`,
      );
    },
    async write(notification) {
      await bms.kaseyaOne.notify(notification);
      return { kind: 'done', message: 'callback sent; no one was paged', data: null, ticket: null };
    },
    /** BMS answers nothing and keeps nothing that could be read back. */
    readBack: async () => 'undecidable',
  }),
];
