/**
 * Settles a permit after the answer: it comes back one window from now. What the upstream says can only make us slower:
 * a lower limit, fewer calls left than we thought (someone else uses the quota too), or a block until a moment.
 *
 * KEYS 1 used · 2 meta
 * ARGV 1 permit id · 2 window (ms) · 3 configured limit · 4 block for (ms, 0 none) · 5 limit ('' unknown)
 *      6 remaining ('' unknown) · 7 reset in (ms, '' unknown) · 8 sent (1) or never sent (0: the permit is free at once)
 */
export const report = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local window, configured, block = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if ARGV[8] == '0' then return redis.call('ZREM', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[1], now + window, ARGV[1])
if block > 0 then
  local until_ = tonumber(redis.call('HGET', KEYS[2], 'blockedUntil') or '0')
  redis.call('HSET', KEYS[2], 'blockedUntil', math.max(until_, now + block))
end
local limit = tonumber(redis.call('HGET', KEYS[2], 'limit')) or configured
local told = tonumber(ARGV[5])
if told and told < limit then
  limit = told
  redis.call('HSET', KEYS[2], 'limit', told)
end
local remaining, reset = tonumber(ARGV[6]), tonumber(ARGV[7])
if remaining and reset then
  local foreign = limit - redis.call('ZCARD', KEYS[1]) - remaining
  for i = 1, math.min(foreign, limit) do
    redis.call('ZADD', KEYS[1], now + reset, 'foreign:' .. now .. ':' .. i)
  end
end
redis.call('PEXPIRE', KEYS[1], window + math.max(block, reset or 0) + 60000)
redis.call('PEXPIRE', KEYS[2], window * 2 + block)
return 1
`;
