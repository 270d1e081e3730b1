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

t.test('how a limit is learnt', async (t) => {
  const cases: [string, Partial<Situation>, number][] = [
    ['nothing new', {}, 100],
    ['a lower limit is stated: at once', { stated: 60 }, 60],
    ['zero is no limit', { stated: 0 }, 1],
    ['a lower one beside a 429', { stated: 60, refused: true, done: 90 }, 60],
    ['the same one beside a 429: others used it', { stated: 100, refused: true, done: 3 }, 100],
    ['a higher one, before a calm window', { stated: 150, calm: 0.9 }, 100],
    ['a higher one, after it', { stated: 150, calm: 1 }, 150],
    ['never above what is configured', { stated: 999, calm: 1 }, 200],
    ['a 429 without a word: down to what we did', { refused: true, done: 80 }, 80],
    ['a 429 without a word, little done: halved at most', { refused: true, done: 3 }, 50],
    ['a 429 without a word, more done than the limit', { refused: true, done: 140 }, 100],
    ['a 429 at a limit of one', { limit: 1, refused: true }, 1],
    ['calm, but nobody needed more', { calm: 9 }, 100],
    ['calm and in use: a tenth more', { calm: 2, hold: 2, pressed: true }, 110],
    ['a small limit grows by one at least', { limit: 3, calm: 2, hold: 2, pressed: true }, 4],
    [
      'lowered by a word that nobody repeats, never by a refusal: twice as much',
      { limit: 3, calm: 1, pressed: true },
      6,
    ],
    ['not yet, after tries that failed', { calm: 3, hold: 4, pressed: true }, 100],
    ['up to what is configured', { limit: 195, calm: 1, pressed: true }, 200],
  ];
  for (const [what, situation, expected] of cases) t.equal(await learnt(situation), expected, what);
});
