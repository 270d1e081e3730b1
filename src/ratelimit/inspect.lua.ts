import { clock } from './clock.lua.ts';

/**
 * Reads the state of one bucket and changes nothing.
 *
 * KEYS 1 used · 2 busy · 3 wait · 4 meta · ARGV 1 number of lanes
 * Returns {configured limit, window (ms), limit, used, busy, blocked for (ms), 1 if probing, granted, refused, foreign,
 * 1 if the limit is not paced, then waiters by lane}; an empty list when the bucket is unknown.
 */
export const inspect = `${clock}
local m = redis.call('HMGET', KEYS[4], 'configured', 'window', 'limit', 'blockedUntil', 'probe', 'granted', 'refused', 'foreign', 'bursts')
if not m[1] then return {} end
local configured = tonumber(m[1])
local seen = {
  configured, tonumber(m[2]), math.min(configured, tonumber(m[3]) or configured),
  redis.call('ZCOUNT', KEYS[1], '(' .. now, '+inf'), redis.call('ZCOUNT', KEYS[2], '(' .. now, '+inf'),
  math.max(0, (tonumber(m[4]) or 0) - now), m[5] and 1 or 0, tonumber(m[6]) or 0, tonumber(m[7]) or 0, tonumber(m[8]) or 0,
  tonumber(m[9]) or 0,
}
for lane = 0, tonumber(ARGV[1]) - 1 do
  seen[#seen + 1] = redis.call('ZCOUNT', KEYS[3], string.format('%.0f', lane * 1e15), '(' .. string.format('%.0f', (lane + 1) * 1e15))
end
return seen
`;
