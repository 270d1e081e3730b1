/**
 * A part of other scripts: `dropIfEnded(rows, alone, id, journals, refusal, retention)` forgets a row whose run has
 * concluded or was cancelled. The entry `refusal` ends the call of a cancelled run. `journals` is a journal's key with '%s'
 * for its run. Returns whether the row was dropped, and its run if that was cancelled and must be woken.
 */
export const dropEndedRow = `
local function endOf(journal)
  for _, entry in ipairs(redis.call('XREVRANGE', journal, '+', '-')) do
    local json = entry[2][2]
    if json:find('"concluded"', 1, true) or json:find('"cancel_requested"', 1, true) then
      local kind = cjson.decode(json).type
      if kind == 'concluded' or kind == 'cancel_requested' then return kind end
    end
  end
end
local function dropIfEnded(rows, alone, id, journals, refusal, retention)
  local json = redis.call('HGET', rows, id)
  -- The row's contents are gone: drop it, so that it does not block the others.
  if not json then
    redis.call('SREM', alone, id)
    return true
  end
  local row = cjson.decode(json)
  local journal = journals:format(row.runId)
  local ending = endOf(journal)
  if not ending then return false end
  redis.call('SREM', alone, id)
  redis.call('HDEL', rows, id)
  if ending == 'concluded' then return true end
  local entry = cjson.decode(refusal)
  entry.callId = row.callId
  redis.call('XADD', journal, '*', 'e', cjson.encode(entry))
  redis.call('EXPIRE', journal, retention)
  return true, row.runId
end
`;
