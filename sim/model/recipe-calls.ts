import { z } from 'zod';
import { call } from './move.ts';
import type { RecipeTicket } from './recipe-results.ts';

export const tools = {
  list: 'list_all_kaseya_bms_servicedesk_tickets',
  asset: 'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
  cleanUp: 'trigger_remediation_webhook',
  resolve: 'create_a_kaseya_bms_tickets_resolve',
  status: 'list_all_kaseya_bms_tickets_status',
};

/** The alert as its sender wrote it, in the first user message. */
export const openingSchema = z.object({
  integrationType: z.string(),
  alert: z.object({
    alert_uid: z.string(),
    alert: z.string(),
    alert_message: z.string(),
    device_hostname: z.string().nullable(),
  }),
});
export type RecipeOpening = z.infer<typeof openingSchema>;

export const listTickets = ({ alert }: RecipeOpening, why: string) =>
  call(why, tools.list, {
    'Filter.Title': 'Disk',
    'Filter.HardwareAssetName': alert.device_hostname,
    'Filter.ExcludeCompleted': 1,
  });

/** Step four. The endpoint takes an array, and the tool hands it on as it is. */
export const resolve = ({ integrationType, alert }: RecipeOpening, { ticketNumber }: RecipeTicket, why: string) =>
  call('Close the ticket.', tools.resolve, {
    integrationType,
    body: [{ TransactionId: `resolve-${ticketNumber}`, AlertRefId: alert.alert_uid, ResolutionNote: why }],
  });
