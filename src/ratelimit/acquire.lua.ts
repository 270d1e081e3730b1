/**
 * Takes one permit for one endpoint, or says how long to wait. A permit comes back one window after the response of
 * the call that used it, so no window of that length, on whichever clock, ever holds more than the limit.
 * A permit whose holder died comes back one window after its lease.
 *
 * KEYS 1 used (permit → when it comes back, ms) · 2 meta
 * ARGV 1 permit id · 2 limit · 3 window (ms) · 4 lease (ms)
 * Returns the ms to wait: 0 when the permit was granted.
 */
export const acquire = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local limit, window, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local meta = redis.call('HMGET', KEYS[2], 'limit', 'blockedUntil')
limit = math.min(limit, tonumber(meta[1]) or limit)
local blocked = tonumber(meta[2]) or 0
if blocked > now then return blocked - now end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local used = redis.call('ZCARD', KEYS[1])
if used < limit then
  redis.call('ZADD', KEYS[1], now + lease + window, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], lease + window)
  return 0
end
local next = redis.call('ZRANGE', KEYS[1], used - limit, used - limit, 'WITHSCORES')
-- A permit in use counts until its lease ends, but most likely comes back sooner: look again after one window at most.
return math.max(1, math.ceil(math.min(tonumber(next[2]) - now, window)))
`;
