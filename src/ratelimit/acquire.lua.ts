import { clock } from './clock.lua.ts';

/** The share of a limit that may be used in bursts. The rest is paced, so that it lasts. */
export const burstShare = 0.5;

/**
 * Takes permits from all the buckets or from none, or answers how long to wait. A permit comes back one window after the
 * response to its call, so no window of that length holds more calls than the limit, on any clock. The permit of a holder
 * that died comes back one window after its lease ends.
 *
 * Waiters are served by lane, then by their client's virtual time (each call of a client puts its next one further back),
 * then by arrival. A waiter keeps its place if it asks again at most 1.5 s after its wait has ended. It gets no place if
 * it would not wait so long, nor in a bucket that is ready for it more than a window before the slowest one.
 *
 * KEYS six for each bucket: used, busy, wait, seen, turns, meta · last: registry
 * ARGV 1 permit · 2 waiter · 3 lease (ms) · 4 lane (0 first) · 5 first background lane · 6 client,
 *      7 longest wait after which the waiter comes back (ms; '': any),
 *      then seven for each bucket: name, limit, window (ms), cost, most calls in flight (0: any number),
 *      1 if the asking process has used the bucket within the last window, 1 if the limit is a guess
 * Returns {ms to wait, number of the bucket to wait for}; {0, 0}: granted.
 */
export const acquire = `${clock}
local permit, waiter, lease = ARGV[1], ARGV[2], tonumber(ARGV[3])
local lane, background, client = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local patience = tonumber(ARGV[7]) or math.huge
local graceMs, pollMs, lateMs, keepMs = 1500, 25, 300, 604800000

local function bucketAt(i)
  local k, a = (i - 1) * 6, 7 + (i - 1) * 7
  return {
    used = KEYS[k + 1], busy = KEYS[k + 2], wait = KEYS[k + 3], seen = KEYS[k + 4], turns = KEYS[k + 5], meta = KEYS[k + 6],
    name = ARGV[a + 1], configured = tonumber(ARGV[a + 2]), window = tonumber(ARGV[a + 3]),
    cost = tonumber(ARGV[a + 4]), most = tonumber(ARGV[a + 5]), remembered = ARGV[a + 6] == '1', guess = ARGV[a + 7] == '1',
  }
end

-- Reads the bucket's state. Without state the bucket is new, or its state was lost. How much is left is then unknown, so
-- one probe goes first. In a new bucket the calls in flight then grow by one with each success. Where the state was lost
-- (the asking process remembers the bucket) they stay at one for a window, unless the upstream says how much is left.
local function load(b)
  local m = redis.call('HMGET', b.meta, 'bornAt', 'limit', 'blockedUntil', 'probe', 'pacedAt', 'foreignAt', 'ramp', 'left', 'leftOf', 'pacedCost')
  if not m[1] then
    redis.call('HSET', b.meta, 'bornAt', now, 'probe', '1', 'silentUntil', b.remembered and now + b.window or now, 'ramp', '1')
    m[4] = '1'
    redis.call('ZREMRANGEBYSCORE', KEYS[#KEYS], '-inf', now - keepMs)
  end
  b.limit = math.min(b.configured, tonumber(m[2]) or b.configured)
  b.cost = math.min(b.cost, b.limit)
  -- A limit that is a guess, and that no refusal has lowered yet, is not worth pacing for.
  b.bursts = b.guess and b.limit == b.configured
  b.blockedUntil, b.probe = tonumber(m[3]) or 0, m[4]
  b.pacedAt, b.pacedCost = math.min(now, tonumber(m[5]) or 0), tonumber(m[10]) or 1
  b.ramp = tonumber(m[7]) or math.huge
  -- Some upstreams say what is left only when they refuse, so the figure holds for a window at most.
  b.left = (tonumber(m[9]) or 0) > now - b.window and tonumber(m[8]) or math.huge
  b.foreign = now - (tonumber(m[6]) or -math.huge) < 8 * b.window
  -- Others use the quota too, or may: our knowledge is as old as the oldest call in flight.
  b.wary = b.foreign or now - (tonumber(m[1]) or now) < b.window
end

local function cost(member) return tonumber(string.match(member, '%*(%d+)$')) end

-- A waiter that leaves the queue unserved gives its client's turn back.
local function leave(b, member, isServed)
  redis.call('ZREM', b.wait, member)
  redis.call('ZREM', b.seen, member)
  local payer = redis.call('HGET', b.turns, 'of:' .. member)
  if not payer then return end
  redis.call('HDEL', b.turns, 'of:' .. member)
  if not isServed then redis.call('HINCRBY', b.turns, payer, -cost(member)) end
end

-- Permits that are back stay recorded for as long as a call may last: the upstream may not count them as back yet (see settle).
local function tidy(b)
  redis.call('ZREMRANGEBYSCORE', b.used, '-inf', now - lease)
  redis.call('ZREMRANGEBYSCORE', b.busy, '-inf', now)
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', b.seen, '-inf', now)) do leave(b, gone) end
  if redis.call('EXISTS', b.wait) == 0 then redis.call('DEL', b.turns) end
end

-- The caller's place in the queue: the one that it has, or the one that it would get.
local function place(b)
  b.me = waiter .. '*' .. b.cost
  b.score = tonumber(redis.call('ZSCORE', b.wait, b.me) or nil)
  b.queued = b.score ~= nil
  b.payer = lane .. ':' .. client
  if not b.queued then
    local turns = redis.call('HMGET', b.turns, lane, b.payer)
    b.start = math.max(math.floor(tonumber(turns[1]) or 0), tonumber(turns[2]) or 0)
    b.score = lane * 1e15 + b.start * 1e6 + redis.call('HINCRBY', b.turns, 'arrivals', 1) % 1e6
  end
  -- The costs of the first 200 waiters are added up; those behind them are taken to cost the same on average.
  local before = '(' .. string.format('%.0f', b.score)
  b.rank, b.ahead = redis.call('ZCOUNT', b.wait, '-inf', before), 0
  b.first = redis.call('ZRANGEBYSCORE', b.wait, '-inf', before, 'LIMIT', 0, 200)
  for _, other in ipairs(b.first) do b.ahead = b.ahead + cost(other) end
  if b.rank > #b.first then b.ahead = math.floor(b.ahead * b.rank / #b.first) end
end

-- How long until short more permits are free. First come those in use or cooling down, in the order in which
-- they come back; then those that are free now and go to the waiters ahead; then all of them again, a window later each
-- time. A permit in use comes back a window after its answer, most likely long before its lease ends.
local function untilBack(b, short, used, usable)
  local pool = math.max(1, used, usable)
  local rounds, at = math.floor((short - 1) / pool), (short - 1) % pool
  local score = tonumber(redis.call('ZRANGEBYSCORE', b.used, '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', at, 1)[2] or nil)
  return (score and math.min(score - now, b.window) or b.window) + rounds * b.window
end

-- The gap between calls at a pace that never runs dry: at each of eight moments ahead, the permits that are free now and
-- those that come back by then last until then. The gap is a fifth shorter than that: an exactly even pace always holds some
-- permits back, and as every call computes its gap anew, the rest still lasts. Each moment is also taken a little early
-- (lateMs): a permit is away for longer than the window, by its call's trip and its holder's late waking, and a permit that
-- goes unused now would go unused in every later window.
local function evenGap(b, used, free)
  local gap, stale = b.window / b.limit, redis.call('ZCARD', b.used) - used
  for eighth = 0, 7 do
    local back = math.floor(used * eighth / 8)
    local score = tonumber(redis.call('ZRANGE', b.used, stale + back, stale + back, 'WITHSCORES')[2] or nil)
    if score then gap = math.max(gap, (math.min(score - now, b.window) - lateMs) / math.max(1, free + back)) end
  end
  return 0.8 * gap
end

local function pollIn(rank) return pollMs + 5 * rank end

-- Whether waiters ahead of the caller are about to take all the free places. Those waiters ask again often, so they count
-- as present. Without this, a caller that has just ended a call and asks again at once would always pass those who wait.
local function isSpokenFor(b, places)
  if b.rank < places then return false end
  for rank, other in ipairs(b.first) do
    local due = tonumber(redis.call('ZSCORE', b.seen, other) or 0) - graceMs
    if due <= now + pollIn(rank) then places = places - 1 end
    if places <= 0 then return true end
  end
  return false
end

local function waitFor(b)
  if b.blockedUntil > now then return b.blockedUntil - now end
  local busy = redis.call('ZCARD', b.busy)
  local used = redis.call('ZCOUNT', b.used, '(' .. now, '+inf')
  -- The rest of the limit is not for bursts, so that something is left for the next caller at any time. Background never bursts.
  local isBackground = lane >= background
  b.paced = isBackground or (lane > 0 and not b.bursts and used >= b.limit * ${burstShare})
  -- Background leaves a reserve to the lanes above; where others use the quota, every paced call leaves them one too.
  local leaves = isBackground or (b.paced and b.foreign)
  local reserve = leaves and math.min(math.max(b.foreign and 4 or 2, math.ceil(b.limit * 0.02)), math.floor(b.limit / 4), b.limit - b.cost) or 0
  local isLow = b.foreign and b.left < reserve
  local atATime = b.probe and 1 or b.ramp
  if b.most > 0 then atATime = math.min(atATime, b.most) end
  if lane > 0 then
    -- The nearer to the limit, the fewer calls at a time, so that only a few can run into it together.
    if b.wary then atATime = math.min(atATime, math.max(2, math.floor((b.limit - used) / (b.foreign and 10 or 4)))) end
    -- Nor more than the upstream said it has left. Still two where it may be, so that the next answer comes soon.
    atATime = math.min(atATime, math.max(isLow and 1 or 2, b.left))
  end
  if busy >= atATime then return pollIn(b.rank) end
  local short = used + b.ahead + b.cost - b.limit
  if short > 0 then redis.call('HSET', b.meta, 'pressedAt', now) end
  if short + reserve > 0 then return math.max(1, math.ceil(untilBack(b, short + reserve, used, b.limit - reserve))) end
  if isSpokenFor(b, atATime - busy) then return pollIn(b.rank) end
  if not b.paced then return 0 end
  local free = b.limit - reserve - used
  b.gap = evenGap(b, used, free)
  -- A call waits for the cost of the call before it, not for its own: else an expensive call would never go while cheap ones
  -- keep coming. That cost counts as no more than what is left: the gap already reflects how little an expensive call left.
  b.pacedCost = math.min(b.pacedCost, free)
  -- Where others use the quota and little is left, the pace is four times slower, so that the quota can recover.
  local turn = math.max(0, math.ceil(b.pacedAt + (isLow and 4 or 1) * b.gap * b.pacedCost - now))
  -- A turn that is due goes to a caller that has waited, even ahead of waiters that are late. Newcomers queue up.
  if turn == 0 and (b.queued or not isSpokenFor(b, 1)) then return 0 end
  return turn + math.ceil(b.gap * b.ahead)
end

-- Moves on the lane's virtual time, where newcomers start: that of the first waiter, not of those that went ahead because it
-- was late. It moves on by one round for as many calls as wait: else newcomers would always go before returning callers.
local function passTime(b)
  local from, to = string.format('%.0f', lane * 1e15), '(' .. string.format('%.0f', (lane + 1) * 1e15)
  local first = redis.call('ZRANGEBYSCORE', b.wait, from, to, 'WITHSCORES', 'LIMIT', 0, 1)[2]
  local head = math.floor(math.min(b.score, tonumber(first) or math.huge) % 1e15 / 1e6)
  local reached = math.max(head, tonumber(redis.call('HGET', b.turns, lane) or 0))
  redis.call('HSET', b.turns, lane, reached + b.cost / math.max(1, redis.call('ZCOUNT', b.wait, from, to)))
end

local function take(b)
  for unit = 1, b.cost do redis.call('ZADD', b.used, now + lease + b.window, permit .. ':' .. unit) end
  redis.call('ZADD', b.busy, now + lease, permit)
  if b.probe then redis.call('HSET', b.meta, 'probe', permit) end
  -- Up to two missed gaps may be caught up, or the pace would fall behind with every late waiter.
  if b.paced then
    redis.call('HSET', b.meta, 'pacedAt', math.max(b.pacedAt + b.gap * b.pacedCost, now - 2 * b.gap * b.cost), 'pacedCost', b.cost)
  end
  redis.call('HINCRBY', b.meta, 'granted', b.cost)
  -- While the queue is empty there are no turns to keep.
  if redis.call('EXISTS', b.wait) == 0 then return end
  passTime(b)
  if b.queued then leave(b, b.me, true) else redis.call('HSET', b.turns, b.payer, b.start + b.cost) end
end

local function queue(b, ms)
  -- A waiter that could use this bucket a window before another bucket lets it go would only block those who can go.
  if ms > patience or ms - b.waitMs > b.window then
    return leave(b, b.me)
  end
  if not b.queued then
    if b.waitMs == 0 then return end
    redis.call('ZADD', b.wait, b.score, b.me)
    redis.call('HSET', b.turns, b.payer, b.start + b.cost, 'of:' .. b.me, b.payer)
  end
  redis.call('ZADD', b.seen, now + ms + graceMs, b.me)
end

local function keep(b)
  redis.call('HSET', b.meta, 'configured', b.configured, 'window', b.window, 'bursts', b.bursts and 1 or 0)
  redis.call('ZADD', KEYS[#KEYS], now, b.name)
  for _, key in ipairs({b.used, b.busy, b.wait, b.seen, b.turns}) do redis.call('PEXPIRE', key, b.window + lease + 7200000) end
  redis.call('PEXPIRE', b.meta, math.max(2 * b.window, keepMs))
end

-- The connection broke before the answer was read, and the client repeats its request: this permit is granted already.
if redis.call('ZSCORE', KEYS[2], permit) then return {0, 0} end

local buckets, ms, refusing = {}, 0, 0
for i = 1, (#KEYS - 1) / 6 do
  local b = bucketAt(i)
  load(b)
  tidy(b)
  place(b)
  b.waitMs = waitFor(b)
  if b.waitMs > ms then ms, refusing = b.waitMs, i end
  buckets[i] = b
end
for _, b in ipairs(buckets) do
  if ms == 0 then take(b) else queue(b, ms) end
  keep(b)
end
return {ms, refusing}
`;
