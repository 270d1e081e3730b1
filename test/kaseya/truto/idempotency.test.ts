import { randomUUID } from 'node:crypto';
import t from 'tap';
import { idempotencyKey } from '../../../src/kaseya/truto/idempotency.ts';
import { startUpstream } from './support.ts';

const template = '/v2/servicedesk/tickets/{ticketId}/notes';
const note = (details: string, at: string) => ({
  ...{ method: 'POST' as const, template, params: { ticketId: 7 } },
  body: { Details: details, IsInternal: true, TypeId: 1, NoteDate: at },
});
const key = (request: Parameters<typeof idempotencyKey>[0]) => idempotencyKey(request, randomUUID);

t.test('the same write has the same idempotency key, whenever and wherever it is tried', async (t) => {
  t.equal(key(note('a [run 1]', '2026-11-23T10:00:00Z')), key(note('a [run 1]', '2026-11-23T10:05:00Z')));
  t.not(key(note('a [run 1]', 'x')), key(note('a [run 2]', 'x')));
  t.not(key(note('a', 'x')), key({ ...note('a', 'x'), params: { ticketId: 8 } }));
  t.equal(key({ ...note('a', 'x'), idempotencyKey: 'given' }), 'given');
});

t.test('a write that carries no identity of its own gets a fresh idempotency key', async (t) => {
  const patch = { method: 'PATCH' as const, template, body: [{ op: 'replace', path: '/StatusId', value: 1 }] };
  t.not(key(patch), key(patch));
  const { body, ...bodyless } = note('a', 'x');
  void body;
  t.not(key(bodyless), key(bodyless));
});

t.test('a repeated write has one effect and gets the first answer', async (t) => {
  const { truto, state } = await startUpstream(t);
  const [ticket] = state.ledger().tickets;
  const request = (at: string) => ({
    ...note('once [bms-triage 1]', at),
    params: { ticketId: ticket?.id ?? 0 },
    body: { ...note('once [bms-triage 1]', at).body, TypeId: state.world.tenant.noteTypes[0]?.id },
  });
  const first = await truto().call(request('2026-11-23T10:00:00Z'));
  const again = await truto().call(request('2026-11-23T10:01:00Z'));
  t.same(again, first);
  await Promise.all(
    [1, 2, 3].map(() =>
      truto()
        .call({ ...request('x'), idempotencyKey: 'k' })
        .catch(() => null),
    ),
  );
  t.equal(state.ledger().effects.length, 1);
});
