import { refuse, type Tool } from './tool.ts';

const ticket = '/v2/servicedesk/tickets/{ticketId}';
const rmm = '/v2/rmm/{integrationType}';

/**
 * What a write cannot do without (method and template): the call itself, and the look at its job where there is one.
 * A read needs no entry: it does no harm in failing.
 */
export const operationsOf: Readonly<Record<string, readonly string[]>> = {
  create_a_kaseya_bms_servicedesk_ticket_note: [`POST ${ticket}/notes`],
  create_a_kaseya_bms_assignticket: [`POST ${ticket}/assignticket`],
  update_a_kaseya_bms_servicedesk_ticket_by_id: [`PATCH ${ticket}`],
  create_a_kaseya_bms_resolve: [`POST ${ticket}/resolve`],
  create_a_kaseya_bms_servicedesk_ticket: ['POST /v2/servicedesk/tickets'],
  create_a_kaseya_bms_todo: [`POST ${ticket}/todos`],
  create_a_kaseya_bms_ticketsummary_generate: [`POST ${ticket}/ticketsummary/generate`],
  create_a_kaseya_bms_ticketresolution_generate: [`POST ${ticket}/ticketresolution/generate`],
  create_a_kaseya_bms_action_notification: ['POST /v2/kaseya-one/tickets/action/notifications'],
  create_a_kaseya_bms_tickets_resolve: [`POST ${rmm}/tickets/resolve`, `GET ${rmm}/tickets/status/{jobId}`],
  create_a_kaseya_bms_rmm_ticket: [`POST ${rmm}/tickets`, `GET ${rmm}/tickets/status/{jobId}`],
  update_a_kaseya_bms_assets_deactivate_by_id: [`PUT ${rmm}/assets/deactivate`, `GET ${rmm}/assets/status/{jobId}`],
};

/** Why the upstream in use cannot do an operation; null when it can. */
export type Objection = (operation: string) => Promise<string | null>;

/** The same tool; a write that the upstream cannot carry out and verify is refused before anything is written down. */
export function refusingUnsupported(tool: Tool, objection: Objection): Tool {
  if (tool.effect === 'read') return tool;
  return {
    ...tool,
    async prepare(input, context) {
      for (const operation of operationsOf[tool.name] ?? []) {
        const reason = await objection(operation);
        if (reason !== null) return refuse('unsupported', reason);
      }
      return tool.prepare(input, context);
    },
  };
}
