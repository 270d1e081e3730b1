/**
 * A part of other scripts: `dropIfOver(rows, alone, id, journals, settled, retention)` forgets a row whose run is over or
 * was cancelled; a cancelled run's call is settled by the entry `settled`. `journals` is a journal's key with '%s' for its run.
 * Returns whether it did, and the run if that was cancelled and should hear of it.
 */
export const overRows = `
local function endOf(journal)
  for _, entry in ipairs(redis.call('XREVRANGE', journal, '+', '-')) do
    local json = entry[2][2]
    if json:find('"concluded"', 1, true) or json:find('"cancel_requested"', 1, true) then
      local kind = cjson.decode(json).type
      if kind == 'concluded' or kind == 'cancel_requested' then return kind end
    end
  end
end
local function dropIfOver(rows, alone, id, journals, settled, retention)
  local json = redis.call('HGET', rows, id)
  -- Nobody knows what it was, and one such row must not hold up all others.
  if not json then
    redis.call('SREM', alone, id)
    return true
  end
  local row = cjson.decode(json)
  local journal = journals:format(row.runId)
  local over = endOf(journal)
  if not over then return false end
  redis.call('SREM', alone, id)
  redis.call('HDEL', rows, id)
  if over == 'concluded' then return true end
  local entry = cjson.decode(settled)
  entry.callId = row.callId
  redis.call('XADD', journal, '*', 'e', cjson.encode(entry))
  redis.call('EXPIRE', journal, retention)
  return true, row.runId
end
`;
