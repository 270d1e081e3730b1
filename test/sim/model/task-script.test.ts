import t from 'tap';
import { type ChatRequest, taskOf } from '../../../sim/model/conversation.ts';
import { taskMove } from '../../../sim/model/task-script.ts';

type Args = Record<string, unknown>;
type Answers = Record<string, (args: Args) => object>;

const ticket = { id: 8, number: '9902', title: 'CFO: export fails' };

/** Plays a task against tools that answer like this, until it concludes. */
function play(text: string, answers: Answers) {
  const known = { step: 3, account: { id: 4, name: 'Acme' }, asset: null, ticket, reason: null };
  const opening = { mode: 'auto', task: { text }, known };
  const request: ChatRequest = {
    model: 'm',
    messages: [{ role: 'user', content: `x\n\`\`\`json\n${JSON.stringify(opening)}\n\`\`\`` }],
    tools: [],
  };
  const task = taskOf(request);
  if (!task) throw new Error('no task');
  const made: { name: string; args: Args }[] = [];
  for (let turn = 0; turn < 12; turn += 1) {
    const { calls } = taskMove(request, task);
    const conclusion = calls.find(({ name }) => name === 'conclude');
    if (conclusion) return { made, conclusion: conclusion.args };
    const tool_calls = calls.map(({ name, args }, index) => ({
      id: `t${turn}c${index}`,
      function: { name, arguments: JSON.stringify(args) },
    }));
    request.messages.push({ role: 'assistant', tool_calls });
    calls.forEach(({ name, args }, index) => {
      const answer = answers[name]?.(args) ?? { status: 'ok', data: {} };
      const content = JSON.stringify({ step: made.push({ name, args }), ...answer });
      request.messages.push({ role: 'tool', tool_call_id: `t${turn}c${index}`, content });
    });
  }
  throw new Error('no conclusion');
}

const read = (data: object) => () => ({ status: 'ok', data });
const offboarding = 'Offboard John Doe. Deactivate his assigned laptop, close his requests, notify security.';
const writes = [
  'update_a_kaseya_bms_assets_deactivate_by_id',
  'create_a_kaseya_bms_servicedesk_ticket_note',
  'create_a_kaseya_bms_resolve',
  'create_a_kaseya_bms_servicedesk_ticket',
];
const john: Answers = {
  list_all_kaseya_bms_contacts_lookups: read({ contacts: [{ id: 1, name: 'John Doe' }], more: null }),
  list_all_kaseya_bms_hardwareasset_searchselects: read({ assets: [{ id: 31, assetName: 'LT1' }], more: null }),
  list_all_kaseya_bms_servicedesk_tickets: ({ pageNumber }) => ({
    status: 'ok',
    data: { tickets: [{ id: Number(pageNumber) + 50, number: '77' }], more: pageNumber === 1 ? 'page 2' : null },
  }),
  list_all_kaseya_bms_queues_lookups: read({
    queues: [
      { id: 1, name: 'Desk' },
      { id: 2, name: 'Security' },
    ],
  }),
  list_all_kaseya_bms_statuses_lookups: read({ statuses: [{ id: 3, name: 'New' }] }),
};

t.test('an offboarding deals with every asset and every ticket of all pages, then informs security', async (t) => {
  const { made, conclusion } = play(offboarding, john);
  const done = made.filter(({ name }) => writes.includes(name));
  t.match(done, [
    { name: writes[0], args: { assetId: 31 } },
    ...[51, 52].flatMap((ticketId) => [
      { name: writes[1], args: { ticketId } },
      { name: writes[2], args: { ticketId } },
    ]),
    { name: writes[3], args: { queue: 'Security', status: 'New' } },
  ]);
  t.match(conclusion, { disposition: 'resolved', summary: /isolates no machine/ });
});

t.test('an offboarding names a step that failed and hands the case to people', async (t) => {
  const failing = { ...john, [writes[0] ?? '']: () => ({ status: 'failed', message: 'no agent' }) };
  const { made, conclusion } = play(offboarding, failing);
  t.match(conclusion, { disposition: 'escalated', reason: /LT1/, summary: /NOT LT1 deactivated.*no agent/ });
  t.match(made.find(({ name }) => name === writes[3])?.args, { details: /NOT LT1/ });
});

t.test('an offboarding changes nothing when the name does not fit exactly one person', async (t) => {
  const twins = [
    { id: 1, name: 'John Doe' },
    { id: 2, name: 'John Doe' },
  ];
  for (const contacts of [[], twins]) {
    const { made, conclusion } = play(offboarding, {
      ...john,
      list_all_kaseya_bms_contacts_lookups: read({ contacts }),
    });
    t.notOk(made.some(({ name }) => writes.includes(name)));
    t.match(conclusion, { disposition: 'inconclusive' });
  }
});

const history: Answers = {
  list_all_kaseya_bms_servicedesk_ticket_notes: ({ pageNumber }) => ({
    status: 'ok',
    data: {
      notes: [{ details: `Tried run ${pageNumber}` }, { details: pageNumber === 2 ? 'Call, never mail' : 'It began' }],
      more: pageNumber === 1 ? 'page 2' : null,
    },
  }),
  list_all_kaseya_bms_queues_lookups: read({ queues: [{ id: 7, name: 'Tier 3 Escalation' }] }),
};
const review = 'Review ticket #9902 for the CFO. Read all notes, and escalate to the Tier 3 queue.';

t.test('an escalation sums up what was said on every page and moves the ticket to the queue that fits', async (t) => {
  const { made, conclusion } = play(review, history);
  t.match(made.slice(-2), [
    { name: writes[1], args: { ticketId: 8, details: /4 notes[\s\S]*run 2 \(2 such[\s\S]*It began[\s\S]*never mail/ } },
    { name: 'create_a_kaseya_bms_assignticket', args: { ticketId: 8, queue: 7 } },
  ]);
  t.match(conclusion, { disposition: 'escalated', reason: /moved to "Tier 3 Escalation"/ });
});

t.test('an escalation moves nothing when the queue is unclear', async (t) => {
  const { made, conclusion } = play(review, { ...history, list_all_kaseya_bms_queues_lookups: read({ queues: [] }) });
  t.match(conclusion, { disposition: 'inconclusive' });
  t.notOk(made.some(({ name }) => name.startsWith('create_a')));
});

t.test('a task without a plan changes nothing', async (t) => {
  t.match(play('Write a poem.', {}), { made: [], conclusion: { disposition: 'inconclusive' } });
});
