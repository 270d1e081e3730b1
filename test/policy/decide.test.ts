import t from 'tap';
import { type CallFacts, type Decision, decide } from '../../src/policy/decide.ts';

/** The whole truth table: every effect, in every mode, for every kind of run. */
const table: [effect: CallFacts['effect'], mode: CallFacts['mode'], subject: CallFacts['subject'], Decision][] = [
  ['read', 'observe', 'alert', 'allow'],
  ['read', 'observe', 'task', 'allow'],
  ['read', 'auto', 'alert', 'allow'],
  ['read', 'auto', 'task', 'allow'],
  ['write', 'observe', 'alert', 'describe'],
  ['write', 'observe', 'task', 'describe'],
  ['write', 'auto', 'alert', 'allow'],
  ['write', 'auto', 'task', 'allow'],
  ['destructive', 'observe', 'alert', 'deny'],
  ['destructive', 'observe', 'task', 'describe'],
  ['destructive', 'auto', 'alert', 'deny'],
  ['destructive', 'auto', 'task', 'allow'],
];

for (const [effect, mode, subject, decision] of table) {
  t.test(`policy answers "${decision}" to a ${effect} call of a run for a ${subject} in ${mode} mode`, async (t) => {
    t.equal(decide({ effect, mode, subject }), decision);
  });
}

t.test('the truth table holds every combination of facts once', async (t) => {
  const combinations = new Set(table.map(([effect, mode, subject]) => `${effect} ${mode} ${subject}`));
  t.equal(combinations.size, 3 * 2 * 2);
  t.equal(table.length, combinations.size);
});
