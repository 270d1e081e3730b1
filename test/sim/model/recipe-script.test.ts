import t from 'tap';
import type { ChatRequest } from '../../../sim/model/conversation.ts';
import { tools } from '../../../sim/model/recipe-calls.ts';
import { recipeMove } from '../../../sim/model/recipe-script.ts';
import { diligent, literal, type Tendencies } from '../../../sim/model/tendencies.ts';

type Turn = [name: string, text: string];

const alert = {
  ...{ alert_uid: 'uid-9', alert: 'Disk Usage - C: over 90% on SRV', alert_message: '', device_hostname: 'SRV' },
};
const opening = `x\n\`\`\`json\n${JSON.stringify({ integrationType: 'acme', alert })}\n\`\`\``;
const answer = (result: unknown) => JSON.stringify({ success: true, error: null, result });

const list: Turn = [
  tools.list,
  answer([{ id: 1, ticketNumber: '10', title: 'Disk Usage - C: over 90% on SRV', hardwareAssetId: 31 }]),
];
const nothing: Turn = [tools.list, answer([])];
const asset = (usedMBytes: number): Turn => [
  tools.asset,
  answer({ name: 'SRV', diskVolumes: [{ drive: 'C:', usedMBytes, totalMBytes: 100 }] }),
];
const cleanUp: Turn = [tools.cleanUp, '202 accepted'];
const submitted: Turn = [tools.resolve, answer({ jobId: '93000000000000001' })];
const lost: Turn = [tools.resolve, 'Error: fetch failed'];
const status = (jobStatus: string, statusCode?: string, statusMessage = 'm'): Turn => [
  tools.status,
  answer({ jobStatus, details: statusCode ? [{ statusCode, statusMessage, alertRefId: 'uid-9' }] : [] }),
];

function moveAfter(turns: readonly Turn[], tendencies: Tendencies) {
  const messages: ChatRequest['messages'] = [{ role: 'user', content: opening }];
  turns.forEach(([name, content], index) => {
    const id = `c${index}`;
    messages.push({ role: 'assistant', tool_calls: [{ id, function: { name, arguments: '{}' } }] });
    messages.push({ role: 'tool', tool_call_id: id, content });
  });
  const move = recipeMove({ model: 'm', messages, tools: [] }, tendencies);
  return move.calls[0]?.name ?? move.thought.split(':', 1)[0];
}

const ready = [list, asset(70)];
const cases: [what: string, turns: Turn[], literal: string, diligent: string][] = [
  ['it begins with the list', [], tools.list, tools.list],
  ['no ticket is no work', [nothing], 'Not done', 'Not done'],
  ['it reviews the asset', [list], tools.asset, tools.asset],
  ['a disk with room needs no clean-up', ready, tools.resolve, tools.resolve],
  ['a full disk does', [list, asset(95)], tools.cleanUp, tools.cleanUp],
  ['after the clean-up', [list, asset(95), cleanUp], tools.resolve, tools.asset],
  ['room was made', [list, asset(95), cleanUp, asset(70)], tools.resolve, tools.resolve],
  ['no room was made', [list, asset(95), cleanUp, asset(95)], 'Not done', 'Not done'],
  ['it asks for the job', [...ready, submitted], tools.status, tools.status],
  ['a running job, once', [...ready, submitted, status('Pending')], tools.status, tools.status],
  ['a running job, twice', [...ready, submitted, status('Pending'), status('InProgress')], 'Done', tools.status],
  ['a completed job', [...ready, submitted, status('Completed', '200')], 'Done', 'Done'],
  ['a completed job with a failed row', [...ready, submitted, status('Completed', '422')], 'Done', 'Not done'],
  ['a row refused as done', [...ready, submitted, status('Completed', '422', 'resolved already')], 'Done', 'Done'],
  ['a failed job', [...ready, submitted, status('Failed')], 'Not done', 'Not done'],
  ['a lost answer', [...ready, lost], tools.resolve, tools.list],
  ['a lost answer, still open', [...ready, lost, list], tools.resolve, tools.resolve],
  ['a lost answer, closed meanwhile', [...ready, lost, nothing], 'Done', 'Done'],
  ['two lost answers', [...ready, lost, lost], 'Not done', 'Not done'],
];

t.test('the recipe script goes its five steps and believes what its tendencies let it believe', async (t) => {
  for (const [what, turns, asLiteral, asDiligent] of cases) {
    t.equal(moveAfter(turns, literal), asLiteral, `${what} (literal)`);
    t.equal(moveAfter(turns, diligent), asDiligent, `${what} (diligent)`);
  }
});

t.test('the recipe script takes every id from the conversation', async (t) => {
  const messages: ChatRequest['messages'] = [
    { role: 'user', content: opening },
    { role: 'assistant', tool_calls: [{ id: 'a', function: { name: tools.list, arguments: '{}' } }] },
    { role: 'tool', tool_call_id: 'a', content: list[1] },
  ];
  t.match(recipeMove({ model: 'm', messages, tools: [] }, literal).calls, [
    { name: tools.asset, args: { assetId: 31 } },
  ]);
});
