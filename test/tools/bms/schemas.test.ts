import t from 'tap';
import { createBmsOver } from '../../../src/kaseya/bms.ts';
import { createTools } from '../../../src/tools/bms/index.ts';
import { offered } from '../../../src/tools/facts.ts';
import { specOf, type Tool } from '../../../src/tools/tool.ts';
import { queued } from '../../helpers/entries.ts';
import { ports } from '../../helpers/ports.ts';

const bms = createBmsOver(
  { call: () => Promise.reject(new Error('no call is made')) },
  {
    ...ports,
    integrationType: 'dattormm',
    lookupTables: { noteTypes: 'NoteType', ticketTypes: 'TicketType', ticketSources: 'TicketSource' },
    lookupTtlMs: 1,
  },
);
const noDefaults = { noteType: null, ticketType: null, ticketSource: null, priority: null, status: null };
const tools = createTools({ bms, defaults: noDefaults, kaseyaOne: null });
const byName = new Map<string, Tool>(tools.map((tool) => [tool.name, tool]));

/** The names of tools that existing prompts and agents already know. */
const knownNames = [
  'list_all_kaseya_bms_servicedesk_tickets',
  'list_all_kaseya_bms_servicedesk_ticket_notes',
  'create_a_kaseya_bms_todo',
  'create_a_kaseya_bms_resolve',
  'create_a_kaseya_bms_assignticket',
  'create_a_kaseya_bms_ticketresolution_generate',
  'create_a_kaseya_bms_ticketsummary_generate',
  'create_a_kaseya_bms_rmm_ticket',
  'create_a_kaseya_bms_tickets_resolve',
  'list_all_kaseya_bms_tickets_status',
  'update_a_kaseya_bms_assets_deactivate_by_id',
  'list_all_kaseya_bms_hardwareasset_searchselects',
  'list_all_kaseya_bms_priorities_lookups',
  'list_all_kaseya_bms_queues_lookups',
  'create_a_kaseya_bms_action_notification',
];

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Schema;
  anyOf?: Schema[];
}

/** The keywords of JSON Schema that OpenAI's strict mode accepts. */
const accepted = new Set([
  'type',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'anyOf',
  'enum',
  'const',
  'description',
]);

function strictMisfits(schema: Schema, at: string): string[] {
  const unknown = Object.keys(schema)
    .filter((key) => !accepted.has(key))
    .map((key) => `${at}: ${key}`);
  const properties = Object.entries(schema.properties ?? {});
  const optional = properties
    .filter(([name]) => !schema.required?.includes(name))
    .map(([name]) => `${at}.${name} is optional`);
  const open = schema.type === 'object' && schema.additionalProperties !== false ? [`${at} is open`] : [];
  const inner = [
    ...properties.flatMap(([name, property]) => strictMisfits(property, `${at}.${name}`)),
    ...(schema.items ? strictMisfits(schema.items, `${at}[]`) : []),
    ...(schema.anyOf ?? []).flatMap((choice) => strictMisfits(choice, at)),
  ];
  return [...unknown, ...optional, ...open, ...inner];
}

t.test('every tool has a name of its own, and every name that existing prompts know is a tool', async (t) => {
  t.equal(byName.size, tools.length);
  t.same(
    knownNames.filter((name) => !byName.has(name)),
    [],
  );
});

t.test('every schema of a tool fits strict function calling', async (t) => {
  for (const tool of tools) t.same(strictMisfits(specOf(tool).parameters, 'arguments'), [], tool.name);
});

t.test(
  'deactivating an asset is offered to a task and not to an alert, and every tool is offered to one of them',
  async (t) => {
    if (queued.type !== 'queued') throw new Error('no subject');
    const alertTools = offered(byName, queued.subject);
    const taskTools = offered(byName, { kind: 'task' });
    t.notOk(alertTools.has('update_a_kaseya_bms_assets_deactivate_by_id'));
    t.ok(taskTools.has('update_a_kaseya_bms_assets_deactivate_by_id'));
    t.same(
      [...byName.keys()].filter((name) => !alertTools.has(name) && !taskTools.has(name)),
      [],
      'every tool is offered',
    );
    t.comment(`${tools.length} tools: ${alertTools.size} for alerts, ${taskTools.size} for tasks`);
  },
);

t.test('no tool deletes, merges, books time, shows passwords or opens a session', async (t) => {
  for (const { name } of tools) t.notMatch(name, /delete|merge|timelog|password|webhook|remotesession/);
});
