import type { Lane } from '../domain/call-context.ts';
import type { Subject } from '../domain/journal.ts';
import type { Effect } from '../policy/effect.ts';

type Audience = readonly Subject['kind'][];

export interface ReadRow {
  effect: Extract<Effect, 'read'>;
  /** The runs that may call it: many tools make a model choose badly, so a run is offered what fits it and no more. */
  offeredTo: Audience;
}

export interface WriteRow {
  effect: Exclude<Effect, 'read'>;
  offeredTo: Audience;
  /**
   * The BMS operations (method and path template) that the write cannot do without: the call itself, and the read of
   * its job's status where there is one. A read needs none: it does no harm when it fails.
   */
  needs: readonly string[];
  /** Its success closes a ticket. */
  resolves?: true;
  /** Its success opens a ticket. */
  opens?: true;
  /** Its success leaves a ticket in a queue or with a person. */
  handsOver?: true;
  /** It only adds text to a ticket, which is still wanted after a person has taken the ticket up. */
  comments?: true;
  /** The lane of its requests, whichever lane the run is in. */
  lane?: Lane;
}

const everyRun = ['alert', 'task'] as const;
const alertsOnly = ['alert'] as const;
const tasksOnly = ['task'] as const;

const ticket = '/v2/servicedesk/tickets/{ticketId}';
const rmm = '/v2/rmm/{integrationType}';
const rmmTicketStatus = `GET ${rmm}/tickets/status/{jobId}`;

/**
 * Every tool that exists, a row each: what code must know about a tool is a fact in its row, never a name elsewhere.
 * The order is the order in which a run is offered its tools.
 */
export const catalogue = {
  list_all_kaseya_bms_servicedesk_tickets: { effect: 'read', offeredTo: everyRun },
  get_single_kaseya_bms_servicedesk_ticket_by_id: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_servicedesk_ticket_notes: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_servicedesk_ticket_activities: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_servicedesk_ticket_slainfos: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_servicedesk_ticket_relatedalerts: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_hardwareasset_searchselects: { effect: 'read', offeredTo: everyRun },
  get_single_kaseya_bms_servicedesk_hardwareasset_by_id: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_hardwareasset_tickets: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_queues_lookups: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_priorities_lookups: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_statuses_lookups: { effect: 'read', offeredTo: everyRun },
  list_all_kaseya_bms_tickets_status: { effect: 'read', offeredTo: everyRun },

  list_all_kaseya_bms_issuetypes_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_assignees_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_notetypes_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_tickettypes_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_ticketsources_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_system_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_accounts_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_locations_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_contacts_lookups: { effect: 'read', offeredTo: tasksOnly },
  list_all_kaseya_bms_contracts_lookups: { effect: 'read', offeredTo: tasksOnly },

  /** A remedy runs by the operator's webhook or the RMM product itself: BMS has no part in it. */
  run_a_remedy: { effect: 'write', offeredTo: everyRun, needs: [] },
  create_a_kaseya_bms_tickets_resolve: {
    effect: 'write',
    offeredTo: everyRun,
    needs: [`POST ${rmm}/tickets/resolve`, rmmTicketStatus],
    resolves: true,
  },
  create_a_kaseya_bms_servicedesk_ticket_note: {
    effect: 'write',
    offeredTo: everyRun,
    needs: [`POST ${ticket}/notes`],
    comments: true,
  },
  create_a_kaseya_bms_assignticket: {
    effect: 'write',
    offeredTo: everyRun,
    needs: [`POST ${ticket}/assignticket`],
    handsOver: true,
    lane: 'escalation',
  },
  update_a_kaseya_bms_servicedesk_ticket_by_id: { effect: 'write', offeredTo: everyRun, needs: [`PATCH ${ticket}`] },

  create_a_kaseya_bms_rmm_ticket: {
    effect: 'write',
    offeredTo: alertsOnly,
    needs: [`POST ${rmm}/tickets`, rmmTicketStatus],
    opens: true,
  },

  create_a_kaseya_bms_servicedesk_ticket: {
    effect: 'write',
    offeredTo: tasksOnly,
    needs: ['POST /v2/servicedesk/tickets'],
    opens: true,
    handsOver: true,
  },
  create_a_kaseya_bms_resolve: {
    effect: 'write',
    offeredTo: tasksOnly,
    needs: [`POST ${ticket}/resolve`],
    resolves: true,
  },
  create_a_kaseya_bms_todo: { effect: 'write', offeredTo: tasksOnly, needs: [`POST ${ticket}/todos`] },
  create_a_kaseya_bms_ticketsummary_generate: {
    effect: 'write',
    offeredTo: tasksOnly,
    needs: [`POST ${ticket}/ticketsummary/generate`],
  },
  create_a_kaseya_bms_ticketresolution_generate: {
    effect: 'write',
    offeredTo: tasksOnly,
    needs: [`POST ${ticket}/ticketresolution/generate`],
  },
  /** Kaseya's description of its API lists no operation that makes an asset active again. */
  update_a_kaseya_bms_assets_deactivate_by_id: {
    effect: 'destructive',
    offeredTo: tasksOnly,
    needs: [`PUT ${rmm}/assets/deactivate`, `GET ${rmm}/assets/status/{jobId}`],
  },
  create_a_kaseya_bms_action_notification: {
    effect: 'write',
    offeredTo: tasksOnly,
    needs: ['POST /v2/kaseya-one/tickets/action/notifications'],
  },
} as const satisfies Readonly<Record<string, ReadRow | WriteRow>>;

export type ToolName = keyof typeof catalogue;

type NameOf<E extends Effect> = {
  [N in ToolName]: (typeof catalogue)[N]['effect'] extends E ? N : never;
}[ToolName];

export type ReadToolName = NameOf<'read'>;
export type WriteToolName = NameOf<'write' | 'destructive'>;
