import t from 'tap';
import { fold } from '../../../src/domain/fold.ts';
import { createTools } from '../../../src/tools/bms/index.ts';
import { noDefaults, recordedBms } from '../../helpers/bms.ts';
import { journalOf, queued, scope } from '../../helpers/entries.ts';

t.test("an alert's ticket cannot be closed by setting its status", async (t) => {
  const { bms } = await recordedBms(t);
  const context = { runId: 'r1', callId: 't1c1', state: fold(journalOf(queued)), scope };
  const tools = createTools({ bms, defaults: noDefaults, kaseyaOne: null });
  for (const name of ['update_a_kaseya_bms_servicedesk_ticket_by_id', 'create_a_kaseya_bms_assignticket']) {
    const tool = tools.find((candidate) => candidate.name === name);
    const ask = (status: string | null) => tool?.outside({ ticketId: scope.ticket?.id, status } as never, context);
    t.match(ask('Resolved'), { code: 'unverified_close' }, name);
    t.equal(ask(null), null, name);
  }
});
