import type { Subject } from '../domain/journal.ts';
import type { Tool } from './tool.ts';

/** What every run needs to find its way. */
const looking = [
  'list_all_kaseya_bms_servicedesk_tickets',
  'get_single_kaseya_bms_servicedesk_ticket_by_id',
  'list_all_kaseya_bms_servicedesk_ticket_notes',
  'list_all_kaseya_bms_servicedesk_ticket_activities',
  'list_all_kaseya_bms_servicedesk_ticket_slainfos',
  'list_all_kaseya_bms_servicedesk_ticket_relatedalerts',
  'list_all_kaseya_bms_hardwareasset_searchselects',
  'get_single_kaseya_bms_servicedesk_hardwareasset_by_id',
  'list_all_kaseya_bms_hardwareasset_tickets',
  'list_all_kaseya_bms_queues_lookups',
  'list_all_kaseya_bms_priorities_lookups',
  'list_all_kaseya_bms_statuses_lookups',
  'list_all_kaseya_bms_tickets_status',
];

const acting = [
  'run_a_remedy',
  'create_a_kaseya_bms_tickets_resolve',
  'create_a_kaseya_bms_servicedesk_ticket_note',
  'create_a_kaseya_bms_assignticket',
  'update_a_kaseya_bms_servicedesk_ticket_by_id',
];

/** Many tools make a model choose badly, so a run is offered what fits it and no more. */
const offers: Record<Subject['kind'], readonly string[]> = {
  alert: [...looking, ...acting, 'create_a_kaseya_bms_rmm_ticket'],
  task: [
    ...looking,
    'list_all_kaseya_bms_issuetypes_lookups',
    'list_all_kaseya_bms_assignees_lookups',
    'list_all_kaseya_bms_notetypes_lookups',
    'list_all_kaseya_bms_tickettypes_lookups',
    'list_all_kaseya_bms_ticketsources_lookups',
    'list_all_kaseya_bms_system_lookups',
    'list_all_kaseya_bms_accounts_lookups',
    'list_all_kaseya_bms_locations_lookups',
    'list_all_kaseya_bms_contacts_lookups',
    'list_all_kaseya_bms_contracts_lookups',
    ...acting,
    'create_a_kaseya_bms_servicedesk_ticket',
    'create_a_kaseya_bms_resolve',
    'create_a_kaseya_bms_todo',
    'create_a_kaseya_bms_ticketsummary_generate',
    'create_a_kaseya_bms_ticketresolution_generate',
    'update_a_kaseya_bms_assets_deactivate_by_id',
    'create_a_kaseya_bms_action_notification',
  ],
};

/** The tools that a run of this subject may call; one that is not set up here is simply not among them. */
export function offered(tools: ReadonlyMap<string, Tool>, { kind }: Subject): ReadonlyMap<string, Tool> {
  return new Map(offers[kind].flatMap((name) => ((tool) => (tool ? [[name, tool] as const] : []))(tools.get(name))));
}

/** The kinds of runs that are offered a tool. */
export const offeredTo = (name: string): Subject['kind'][] =>
  (['alert', 'task'] as const).filter((kind) => offers[kind].includes(name));
