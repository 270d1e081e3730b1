import t from 'tap';
import { resolveEntry } from '../../src/kaseya/lookups.ts';

const entries = [
  { id: 4, name: 'Network' },
  { id: 9, name: 'Tier 3 Escalation' },
  { id: 11, name: 'network' },
];

t.test('a name is found without regard to case, and never guessed', async (t) => {
  t.match(resolveEntry('queue', ' tier 3 ESCALATION ', entries), { ok: true, entry: { id: 9 } });
  t.match(resolveEntry('queue', 'Network', entries), { ok: false, message: /names 2 entries/ });
  t.match(resolveEntry('queue', 'Tier 3', entries), { ok: false, message: /not an active entry.*"Tier 3 Escalation"/ });
  t.match(resolveEntry('queue', 'x', []), { ok: false, message: /none/ });
});
