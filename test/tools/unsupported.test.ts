import t from 'tap';
import { createBmsOver } from '../../src/kaseya/bms.ts';
import { defaultOperations } from '../../src/kaseya/truto/operations.ts';
import { createTools } from '../../src/tools/bms/index.ts';
import { operationsOf } from '../../src/tools/facts.ts';
import { isRefusal, type Tool, type ToolContext, type WriteTool } from '../../src/tools/tool.ts';
import { refusingUnsupported } from '../../src/tools/unsupported.ts';
import { lookupTables, noDefaults } from '../helpers/bms.ts';
import { ports } from '../helpers/ports.ts';
import { startUpstream } from '../kaseya/truto/support.ts';

const never = { call: () => Promise.reject(new Error('no call is made')) };
const bms = createBmsOver(never, { ...ports, integrationType: 'dattormm', lookupTables, lookupTtlMs: 1 });
const tools = createTools({ bms, defaults: noDefaults, kaseyaOne: null });
const isWrite = (tool: Tool): tool is WriteTool => tool.effect !== 'read';

t.test('every write of BMS names the operations that it needs, a read names none, and Truto knows each', async (t) => {
  t.same(
    tools
      .filter(isWrite)
      .map(({ name }) => name)
      .sort(),
    tools
      .map(({ name }) => name)
      .filter((name) => operationsOf(name).length > 0)
      .sort(),
  );
  for (const operation of tools.flatMap(({ name }) => operationsOf(name)))
    t.ok(defaultOperations[operation], operation);
});

t.test('a write that the account cannot do, or cannot verify, is refused before anything is sent', async (t) => {
  const { truto } = await startUpstream(t);
  const elsewhere = { resource: 'no-such', method: 'list' };
  const { operations } = truto('plain', {
    operations: {
      'GET /v2/rmm/{integrationType}/assets/status/{jobId}': elsewhere,
      'POST /v2/servicedesk/tickets/{ticketId}/todos': { ...elsewhere, method: 'create' },
    },
  });
  const refusals = await Promise.all(
    tools.filter(isWrite).map(async (tool) => {
      const checked = refusingUnsupported(tool, operations.objection) as WriteTool;
      const prepared = await checked.prepare({} as never, {} as ToolContext).catch(() => 'went on');
      return isRefusal(prepared) && prepared.code === 'unsupported' ? [[tool.name, prepared.message]] : [];
    }),
  );
  const refused = Object.fromEntries(refusals.flat());
  t.match(refused, {
    update_a_kaseya_bms_assets_deactivate_by_id: /assets\/status.*setting truto\.operations/,
    create_a_kaseya_bms_todo: /todos/,
  });
  t.equal(Object.keys(refused).length, 2);
  t.ok((await operations.missing()).includes('POST /v2/servicedesk/tickets/{ticketId}/todos'));
});
