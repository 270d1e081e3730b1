import { dropEndedRow } from './drop-ended-row.lua.ts';

/**
 * Moves the oldest rows of an action's queue into a batch of their own, so that no other submitter can take them.
 * An idle action sends at once. While rows keep coming, the action rests between batches, ever longer up to a bound,
 * unless a batch is full. A row that must go alone gets a batch of its own. Rows of runs that were cancelled or have
 * ended are dropped in the same step, so that no row is sent for a run that has stopped waiting for it.
 *
 * KEYS queue, pace, alone, rows, batch, batch rows, batches
 * ARGV batch id, action, now (ms), lease (ms), most rows, first rest (ms), longest rest (ms),
 *      a journal's key with '%s' for its run, the entry (JSON) that ends a cancelled run's call, retention in seconds
 * Returns {'claimed', dropped, row…} (JSON), {'wait', {}, until when (ms)} or {'empty', dropped}; `dropped` are the
 * cancelled runs whose rows were dropped.
 */
export const claimBatch = `${dropEndedRow}
local now, lease, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local firstRest, longestRest = tonumber(ARGV[6]), tonumber(ARGV[7])
-- The client repeats a call whose answer was lost with the connection: this batch was claimed already.
if redis.call('EXISTS', KEYS[5]) == 1 then
  local answer = {'claimed', {}}
  for _, id in ipairs(redis.call('ZRANGE', KEYS[6], 0, -1)) do
    local row = redis.call('HGET', KEYS[4], id)
    if row then table.insert(answer, row) end
  end
  return answer
end

local waiting = redis.call('ZCARD', KEYS[1])
if waiting == 0 then return {'empty', {}} end
local pace = redis.call('HMGET', KEYS[2], 'next', 'rest')
local nextAt, rest = tonumber(pace[1]) or 0, tonumber(pace[2]) or 0
if waiting < most and now < nextAt then return {'wait', {}, tostring(nextAt)} end

local dropped = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, most - 1)) do
  local isDropped, run = dropIfEnded(KEYS[4], KEYS[3], id, ARGV[8], ARGV[9], ARGV[10])
  if isDropped then redis.call('ZREM', KEYS[1], id) end
  table.insert(dropped, run)
end

local queued = redis.call('ZRANGE', KEYS[1], 0, most - 1, 'WITHSCORES')
if #queued == 0 then return {'empty', dropped} end
local answer = {'claimed', dropped}
for i = 1, #queued, 2 do
  local alone = redis.call('SISMEMBER', KEYS[3], queued[i]) == 1
  if alone and i > 1 then break end
  redis.call('ZREM', KEYS[1], queued[i])
  redis.call('ZADD', KEYS[6], queued[i + 1], queued[i])
  table.insert(answer, redis.call('HGET', KEYS[4], queued[i]))
  if alone then break end
end
redis.call('HSET', KEYS[5], 'action', ARGV[2], 'state', 'claimed')
redis.call('ZADD', KEYS[7], now + lease, ARGV[1])

local wasBusy = now < nextAt + rest
rest = wasBusy and math.min(math.max(rest * 2, firstRest), longestRest) or firstRest
redis.call('HSET', KEYS[2], 'next', now + rest, 'rest', rest)
return answer
`;
