/**
 * A part of other scripts: `wasStored(journal, entry)` says whether the entry is in the journal already. When a connection
 * breaks before an answer is read, the client repeats a call that has been carried out. An entry holds the time at which
 * it was made, so the same text is the same entry. Few entries can have come after it, all of them facts from outside:
 * an owner waits for each answer before it appends again.
 */
export const wasStored = `
local function wasStored(journal, entry)
  for _, other in ipairs(redis.call('XREVRANGE', journal, '+', '-', 'COUNT', 12)) do
    if other[2][2] == entry then return true end
  end
  return false
end
`;
