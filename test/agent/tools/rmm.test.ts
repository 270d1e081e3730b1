import t from 'tap';
import type { ToolContext } from '../../../src/agent/tool.ts';
import { rmmTools } from '../../../src/agent/tools/rmm.ts';
import { fold } from '../../../src/fold.ts';
import type { EntryBody } from '../../../src/journal.ts';
import { recordedBms } from '../../helpers/bms.ts';
import { asked, finished, intended, journalOf, queued, scope, submitted } from '../../helpers/entries.ts';

const name = 'create_a_kaseya_bms_rmm_ticket';

t.test('a run opens one ticket for its alert, however the model words it', async (t) => {
  const { bms } = await recordedBms(t);
  const tool = rmmTools(bms).find((candidate) => candidate.name === name);
  const after = (...entries: EntryBody[]): ToolContext => {
    const begun = [queued, asked({ id: 't1c1', name }, { id: 't1c2', name })];
    const state = fold(journalOf(...begun, ...entries));
    return { runId: 'r1', callId: 't1c2', state, scope: { ...scope, ticket: null } };
  };
  const outside = (context: ToolContext) => tool?.outside({ title: 'other', details: 'words' } as never, context);
  const sent = [{ ...intended('t1c1', 'create_ticket'), tool: name }, submitted('t1c1')];
  t.equal(outside(after()), null);
  t.match(outside(after(...sent)), { code: 'ticket_exists' }, 'under way');
  t.match(outside(after(...sent, finished('t1c1', 'succeeded'))), { code: 'ticket_exists' });
  t.match(outside(after(...sent, finished('t1c1', 'unknown'))), { code: 'ticket_exists' });
  t.equal(outside(after(...sent, finished('t1c1', 'failed'))), null, 'none was opened');
});
