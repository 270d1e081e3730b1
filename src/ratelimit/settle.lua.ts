import { clock } from './clock.lua.ts';
import { learn } from './learn.lua.ts';

/**
 * Settles a permit in every bucket that it was taken from. If its request was sent, its slots come back one window from
 * now; if not, at once. What an answer says can only slow us down, with two exceptions: a higher limit that is proved
 * (`learn`), and the end of a probe, by the probing permit's own success. Answers may come late and in any order.
 *
 * KEYS three for each bucket: used, busy, meta
 * ARGV 1 permit · 2 how it ended: unused, lost (no answer), answered · 3 lease (ms),
 *      then nine for each bucket: window (ms), configured limit, cost taken, actual cost, whether it let the call through
 *      (passed, refused, unknown), how long it refuses (ms), limit, remaining, reset in (ms); the last four '' if unknown
 * Returns how many buckets still held the permit.
 */
export const settle = `${clock}${learn}
local permit, ending, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local rampEnds = 64

local function bucketAt(i)
  local k, a = (i - 1) * 3, 3 + (i - 1) * 9
  local function number(n) return tonumber(ARGV[a + n]) end
  return {
    used = KEYS[k + 1], busy = KEYS[k + 2], meta = KEYS[k + 3],
    window = number(1), configured = number(2), taken = number(3), spent = number(4),
    verdict = ARGV[a + 5], block = number(6), stated = number(7), remaining = number(8), reset = number(9),
  }
end

local function giveBack(b)
  local spent = ending == 'unused' and 0 or b.spent
  local leased = tonumber(redis.call('ZSCORE', b.used, permit .. ':1') or nil)
  b.grantedAt = leased and leased - lease - b.window
  for unit = 1, math.max(b.taken, spent) do
    local slot = permit .. ':' .. unit
    if unit <= spent then redis.call('ZADD', b.used, now + b.window, slot) else redis.call('ZREM', b.used, slot) end
  end
  redis.call('PEXPIRE', b.used, b.window + 7200000)
  return redis.call('ZREM', b.busy, permit)
end

local function load(b)
  local m = redis.call('HMGET', b.meta, 'limit', 'blockedUntil', 'probe', 'strikes', 'silentUntil', 'changedAt', 'hold', 'pressedAt', 'bornAt', 'foreignAt', 'ramp', 'leftOf')
  b.limit = math.min(b.configured, tonumber(m[1]) or b.configured)
  b.blockedUntil, b.probe, b.strikes = tonumber(m[2]) or 0, m[3], tonumber(m[4]) or 0
  b.silentUntil, b.hold, b.pressedAt = tonumber(m[5]) or 0, tonumber(m[7]) or 1, tonumber(m[8]) or 0
  b.foreignAt = tonumber(m[10]) or -math.huge
  b.bornAt, b.ramp, b.leftOf = tonumber(m[9]), tonumber(m[11]), tonumber(m[12]) or 0
  b.changedAt = tonumber(m[6]) or b.bornAt
  return b.bornAt
end

local function ownInWindow(b)
  local own = 0
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', b.used, '(' .. now, now + b.window)) do
    if string.sub(member, 1, 8) ~= 'foreign:' then own = own + 1 end
  end
  return own - b.spent
end

local function changeLimit(b, refused)
  local limit = learn({
    limit = b.limit, configured = b.configured, stated = b.stated, refused = refused, done = refused and ownInWindow(b) or 0,
    calm = (now - b.changedAt) / b.window, hold = b.hold, pressed = b.pressedAt > b.changedAt,
  })
  if refused and limit < b.limit then redis.call('HSET', b.meta, 'hold', math.min(64, b.hold * 2)) end
  if limit ~= b.limit then redis.call('HSET', b.meta, 'limit', limit, 'changedAt', now) end
  b.limit = limit
end

-- One strike for each probe that is refused. A block of unstated length doubles with each strike. A stated length is
-- believed, unless it is so short that probe after probe is refused.
local function refuse(b)
  local inTime = b.blockedUntil > now
  local strikes = b.strikes + (inTime and 0 or 1)
  local doubling = 2 ^ math.max(0, strikes - 1)
  local least = b.block and (strikes > 1 and 500 * doubling or 0) or 10000 * doubling
  local block = math.max(b.block or 0, math.min(600000, least))
  redis.call('HSET', b.meta, 'blockedUntil', math.max(b.blockedUntil, now + block), 'probe', '1', 'strikes', strikes)
  redis.call('HINCRBY', b.meta, 'refused', 1)
  if b.ramp then redis.call('HSET', b.meta, 'ramp', '1') end
  -- We keep within the limit, so if our figure is right, another user of the quota has used it up.
  local isFirst = not inTime and not b.probe
  if isFirst and (not b.stated or b.stated >= b.limit) then redis.call('HSET', b.meta, 'foreignAt', now) end
  changeLimit(b, isFirst)
end

local function succeed(b)
  redis.call('HDEL', b.meta, 'strikes')
  changeLimit(b, false)
  -- After a loss of state a success alone does not show how much is left: one call at a time, until an answer states it or
  -- a window has passed.
  local stated = b.remaining ~= nil
  if b.probe == permit and (stated or now >= b.silentUntil) then
    redis.call('HDEL', b.meta, 'probe')
    b.probe = nil
  end
  if not b.ramp or b.probe then return end
  if stated or b.ramp >= rampEnds then redis.call('HDEL', b.meta, 'ramp') else redis.call('HINCRBY', b.meta, 'ramp', 1) end
end

-- Records calls that others made; they count for as long as ours would. Those found after a start without state may be from
-- any moment of the last window, so they come back spread over the next. With nothing left, one comes back at the reset,
-- so that a call can ask again.
local function burn(b, foreign, isProven)
  local span, started = math.max(b.window, b.reset or 0), now - b.bornAt < b.window
  for i = 1, foreign do
    local back = started and math.ceil(span * i / foreign) or span
    if i == 1 and b.remaining == 0 and b.reset then back = math.min(back, b.reset) end
    redis.call('ZADD', b.used, now + math.max(1, back), 'foreign:' .. now .. ':' .. permit .. ':' .. i)
  end
  if isProven then redis.call('HSET', b.meta, 'foreignAt', now) end
  redis.call('HINCRBY', b.meta, 'foreign', foreign)
end

-- Compares what this answer says is left with what we think is left. Calls of ours that the upstream may not have counted
-- yet are left out: those sent after this one when it has less than we think, all that were open meanwhile when it has
-- more. Permits that came back here while this call was open may still have counted there, so they prove nothing.
local function reconcile(b)
  if not b.remaining then return end
  if (b.grantedAt or 0) >= b.leftOf then redis.call('HSET', b.meta, 'left', b.remaining, 'leftOf', b.grantedAt or 0) end
  local free = b.limit - redis.call('ZCOUNT', b.used, '(' .. now, '+inf')
  local cameBack = b.grantedAt and redis.call('ZCOUNT', b.used, '(' .. b.grantedAt, now) or 0
  local sentAfter, openMeanwhile, marks = 0, 0, {}
  if now - b.foreignAt < 8 * b.window and b.grantedAt then
    local slots = redis.call('ZRANGEBYSCORE', b.used, '(' .. now, '+inf', 'WITHSCORES')
    for i = 1, #slots, 2 do
      local score = tonumber(slots[i + 1])
      local madeAt = tonumber(string.match(slots[i], '^foreign:(%d+)'))
      -- An answer to a call that was sent before we noticed foreign calls is no proof that they have stopped counting.
      if madeAt then
        if madeAt < b.grantedAt then marks[#marks + 1] = slots[i] end
      elseif string.sub(slots[i], 1, #permit) ~= permit then
        if score > now + b.window and score - lease - b.window > b.grantedAt then sentAfter = sentAfter + 1 end
        if score > b.grantedAt + b.window then openMeanwhile = openMeanwhile + 1 end
      end
    end
  end
  local proven = free - b.remaining - cameBack
  local foreign = math.min(b.limit, proven + sentAfter)
  if foreign > 0 then return burn(b, foreign, proven > 0) end
  for i = 0, math.min(#marks, b.remaining - openMeanwhile - free) - 1 do redis.call('ZREM', b.used, marks[#marks - i]) end
end

local held = 0
for i = 1, #KEYS / 3 do
  local b = bucketAt(i)
  held = held + giveBack(b)
  -- Without meta the state was lost meanwhile: the slot counts, but limits are learnt from the next probe.
  if ending == 'answered' and load(b) then
    if b.verdict == 'refused' then refuse(b) elseif b.verdict == 'passed' then succeed(b) end
    reconcile(b)
  end
end
return held
`;
