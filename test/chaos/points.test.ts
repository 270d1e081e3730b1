import t from 'tap';
import { allPoints, kinds, pointsFor, pointsForAnybody, sampleFor } from '../../chaos/points.ts';

t.test('every chaos point comes once before any comes twice', async (t) => {
  const points = pointsFor(2 * allPoints.length, 'a', null);
  const [first, second] = [points.slice(0, allPoints.length), points.slice(allPoints.length)];
  t.equal(new Set(first).size, allPoints.length);
  t.equal(new Set(second).size, allPoints.length);
});

t.test('the seed decides the order of the chaos points', async (t) => {
  t.same(pointsFor(20, 'a', null), pointsFor(20, 'a', null));
  t.notSame(pointsFor(20, 'a', null), pointsFor(20, 'b', null));
});

t.test('a plan can be limited to one kind of fault', async (t) => {
  t.ok(pointsFor(9, 'a', 'drop after').every(({ kind }) => kind === 'drop after'));
});

t.test('a sample of chaos points holds every kind of fault', async (t) => {
  t.same(new Set(sampleFor(kinds.length, 'a').map(({ kind }) => kind)), new Set(kinds));
  t.equal(new Set(sampleFor(40, 'a')).size, 40);
});

t.test('faults for any subject know nothing of journals and batches', async (t) => {
  const places = new Set(pointsForAnybody.map(({ strike }) => strike?.where.at ?? null));
  t.same([...places].sort(), [null, 'request']);
});
