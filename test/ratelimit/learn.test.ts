import t from 'tap';
import { learn } from '../../src/ratelimit/learn.lua.ts';
import { redisClient } from '../helpers/redis.ts';

const redis = await redisClient(t);

interface Situation {
  limit: number;
  configured: number;
  stated?: number;
  refused: boolean;
  done: number;
  calm: number;
  hold: number;
  pressed: boolean;
}

const usual: Situation = { limit: 100, configured: 200, refused: false, done: 0, calm: 0, hold: 1, pressed: false };
const learnt = (situation: Partial<Situation>) =>
  redis.eval(`${learn}\nreturn learn(cjson.decode(ARGV[1]))`, 0, JSON.stringify({ ...usual, ...situation }));

t.test('a limit is learnt from what answers state, from refusals and from calm windows', async (t) => {
  const cases: [string, Partial<Situation>, number][] = [
    ['a limit stays when nothing is new', {}, 100],
    ['a lower stated limit takes effect at once', { stated: 60 }, 60],
    ['a stated limit of zero counts as one', { stated: 0 }, 1],
    ['a lower limit stated beside a 429 takes effect at once', { stated: 60, refused: true, done: 90 }, 60],
    ['a limit stated unchanged beside a 429 stays, as others used it up', { stated: 100, refused: true, done: 3 }, 100],
    ['a higher stated limit waits for a calm window', { stated: 150, calm: 0.9 }, 100],
    ['a higher stated limit takes effect after a calm window', { stated: 150, calm: 1 }, 150],
    ['a stated limit never exceeds the configured limit', { stated: 999, calm: 1 }, 200],
    ['a 429 that states no limit lowers the limit to the calls we made', { refused: true, done: 80 }, 80],
    ['a 429 that states no limit at most halves the limit', { refused: true, done: 3 }, 50],
    ['a 429 that states no limit never raises the limit', { refused: true, done: 140 }, 100],
    ['a 429 leaves a limit of one as it is', { limit: 1, refused: true }, 1],
    ['a limit stays after calm windows in which no caller needed more', { calm: 9 }, 100],
    ['a limit in use grows by a tenth after calm windows', { calm: 2, hold: 2, pressed: true }, 110],
    ['a small limit grows by at least one', { limit: 3, calm: 2, hold: 2, pressed: true }, 4],
    [
      'a limit lowered by a statement that is not repeated, and by no refusal, doubles',
      { limit: 3, calm: 1, pressed: true },
      6,
    ],
    ['a limit that failed to grow before stays for more calm windows', { calm: 3, hold: 4, pressed: true }, 100],
    ['a limit grows no further than the configured limit', { limit: 195, calm: 1, pressed: true }, 200],
  ];
  for (const [what, situation, expected] of cases) t.equal(await learnt(situation), expected, what);
});
