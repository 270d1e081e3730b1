import t from 'tap';
import { type Caller, currentCaller, runAs } from '../../src/domain/call-context.ts';
import { fold } from '../../src/domain/fold.ts';
import { inLanes } from '../../src/tools/lanes.ts';
import type { CallTool, ToolContext } from '../../src/tools/tool.ts';
import { asked, journalOf, queued, scope } from '../helpers/entries.ts';

const noteName = 'create_a_kaseya_bms_servicedesk_ticket_note';
const assignName = 'create_a_kaseya_bms_assignticket';
const handOver = { id: 'handover', name: noteName, arguments: '{}' };
const state = fold(
  journalOf(queued, asked({ id: 't1c1', name: noteName }), { type: 'service_called', call: handOver }),
);
const contextOf = (callId: string): ToolContext => ({ runId: 'r1', callId, state, scope });

/** How the three methods of a write call upstream, when the run itself calls in the lane of triage until some time. */
async function callers(name: typeof noteName | typeof assignName, callId: string) {
  const seen: Record<string, Caller> = {};
  const note = (method: string) => async () => {
    seen[method] = currentCaller();
    return {} as never;
  };
  const tool = { name, effect: 'write', prepare: note('prepare'), readBack: note('readBack'), write: note('write') };
  const inLane = inLanes(tool as unknown as CallTool) as CallTool;
  await runAs({ lane: 'triage', client: 'Acme', givesUpAt: 1_000 }, async () => {
    await inLane.prepare({} as never, contextOf(callId));
    await inLane.write({} as never, { marker: '', transactionId: '' }, contextOf(callId));
    await inLane.readBack({} as never, { marker: '', transactionId: '' }, contextOf(callId));
  });
  return seen;
}

const always = Number.POSITIVE_INFINITY;

t.test(
  'a call of the service itself, and a move to people, go in the lane of escalations and wait for ever',
  async (t) => {
    for (const [name, callId] of [
      [noteName, 'handover'],
      [assignName, 't1c1'],
    ] as const) {
      const { prepare, write, readBack } = await callers(name, callId);
      t.match(prepare, { lane: 'escalation', givesUpAt: always, fresh: true, client: 'Acme' }, name);
      t.match(write, { lane: 'escalation', givesUpAt: always }, name);
      t.match(readBack, { lane: 'verification', givesUpAt: always, fresh: true }, name);
    }
  },
);

t.test("any other write of the model stays in the run's lane, and is waited for once it is intended", async (t) => {
  const { prepare, write, readBack } = await callers(noteName, 't1c1');
  t.match(prepare, { lane: 'triage', givesUpAt: 1_000, fresh: true });
  t.match(write, { lane: 'triage', givesUpAt: always });
  t.equal(write?.fresh, undefined, 'only what a write is prepared from must be fresh');
  t.match(readBack, { lane: 'verification', givesUpAt: always, fresh: true });
});
