import fc from 'fast-check';
import t from 'tap';
import type { ChatMessage } from '../../src/agent/model.ts';
import { messagesFor } from '../../src/agent/prompt.ts';
import { fold } from '../../src/domain/fold.ts';
import type { EntryBody, Scope, Subject } from '../../src/domain/journal.ts';
import { alert, asked, journalOf, queued, scope } from '../helpers/entries.ts';
import { taskOf } from '../helpers/play.ts';

const messagesOf = (subject: Subject, found: Scope = scope, ...more: EntryBody[]) =>
  messagesFor(
    fold(
      journalOf(
        { type: 'queued', subject, mode: 'auto', retryOf: null },
        { type: 'scope_resolved', scope: found },
        ...more,
      ),
    ),
  );
const contentOf = (message: ChatMessage | undefined): string => message?.content ?? '';
const aboutAlert = (change: Partial<typeof alert>): Subject => ({
  kind: 'alert',
  incidentId: 'i1',
  alert: { ...alert, ...change },
});

/** The opening message cut at its fences; there must be two. */
function cut(content: string) {
  const [before = '', inside = '', after, ...more] = content.split('```');
  return { before, json: inside.replace(/^json\n/, ''), after, more };
}

/** Text of a hostile sender: fences, quotes, role markers, escapes, any character. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '```',
        '`',
        '\n```\n',
        '"',
        '\\',
        '\\`',
        '"}',
        'system:',
        '\n\nAssistant:',
        '<|im_end|>',
        '\u2028',
      ),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

t.test('no text of a sender or of a ticket can close the fence around it in the prompt', async () => {
  const plain = contentOf(messagesOf(aboutAlert({}))[1]);
  fc.assert(
    fc.property(nasty, nasty, nasty, (title, description, details) => {
      const found: Scope = { ...scope, ticket: scope.ticket && { ...scope.ticket, title, details } };
      const { before, json, after, more } = cut(contentOf(messagesOf(aboutAlert({ title, description }), found)[1]));
      const inFence = JSON.parse(json);
      const shown = (text: string) => text.replaceAll('`', "'");
      return (
        more.length === 0 &&
        after === '' &&
        before === cut(plain).before &&
        inFence.alert.title === shown(title) &&
        inFence.alert.description === shown(description) &&
        inFence.known.ticket.details === shown(details)
      );
    }),
  );
});

t.test('the text of a task stands inside the fence of the prompt and nowhere else', async () => {
  const { before: plain } = cut(contentOf(messagesOf(taskOf('x', {}))[1]));
  fc.assert(
    fc.property(nasty, (text) => {
      const { before, json, after, more } = cut(contentOf(messagesOf(taskOf(text, {}))[1]));
      const isFenced = JSON.parse(json).task.text === text.replaceAll('`', "'");
      return isFenced && after === '' && more.length === 0 && before === plain;
    }),
  );
});

t.test('the system prompt is the same for every subject of a kind, and depends on no text from outside', async (t) => {
  const forAlert = contentOf(messagesOf(aboutAlert({}))[0]);
  const forTask = contentOf(messagesOf(taskOf('x', {}))[0]);
  t.not(forAlert, forTask);
  fc.assert(
    fc.property(nasty, nasty, (one, two) => {
      const [system, opening, ...rest] = messagesOf(
        aboutAlert({ title: one, description: two, customer: one, site: two }),
      );
      const [task] = messagesOf(taskOf(one, { account: two }));
      const isFixed = contentOf(system) === forAlert && contentOf(task) === forTask;
      return isFixed && system?.role === 'system' && opening?.role === 'user' && rest.length === 0;
    }),
  );
});

t.test('what a tool read reaches the model as JSON in a tool message, never as a message of its own', async () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const read: EntryBody = { type: 'read_done', callId: 't1c1', data: { text } };
      const messages = messagesOf(aboutAlert({}), scope, asked({ id: 't1c1', name: 'read' }), read);
      const last = messages.at(-1);
      const isToolResult =
        last?.role === 'tool' && last.callId === 't1c1' && JSON.parse(last.content).data.text === text;
      return isToolResult && messages.map(({ role }) => role).join() === 'system,user,assistant,tool';
    }),
  );
});

t.test('the journal of a short run becomes one message for each step that the model should see', async (t) => {
  const run = journalOf(
    queued,
    { type: 'started', epoch: 1 },
    { type: 'scope_resolved', scope },
    asked({ id: 't1c1', name: 'read_it' }, { id: 't1c2', name: 'write_it' }),
    { type: 'read_done', callId: 't1c1', data: { free: '6 %' } },
    { type: 'call_refused', callId: 't1c2', code: 'denied', message: 'policy forbids it' },
    asked(),
    { type: 'source_resolved', alertId: 'a2' },
  );
  const [, opening, ...rest] = messagesFor(fold(run));
  const { before, json } = cut(contentOf(opening));
  t.equal(
    before,
    'An alert came in. "known" is what the service found in BMS about its own account, asset and tickets.\n',
  );
  const { id: _, ...shown } = alert;
  t.same(JSON.parse(json), { mode: 'auto', alert: shown, known: { step: 3, ...scope } });
  const call = (id: string, name: string) => ({ id, name, arguments: '{}' });
  t.same(rest, [
    { role: 'assistant', content: '', toolCalls: [call('t1c1', 'read_it'), call('t1c2', 'write_it')] },
    { role: 'tool', callId: 't1c1', content: '{"status":"ok","step":5,"data":{"free":"6 %"}}' },
    { role: 'tool', callId: 't1c2', content: '{"status":"error","code":"denied","message":"policy forbids it"}' },
    { role: 'assistant', content: '', toolCalls: [] },
    { role: 'user', content: 'You answered without calling a tool. Call one, or end with "conclude".' },
    {
      role: 'user',
      content:
        'The sender has now reported that the alert is resolved. Check what that means for the ticket, then conclude.',
    },
  ]);
});
