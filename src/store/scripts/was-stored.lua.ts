/**
 * A part of other scripts: `wasStored(journal, entry)`. When a connection breaks before an answer is read, the client asks
 * again, and what was asked for has been done. An entry says when it was made, so the same text is the same entry. Only
 * few can have come in meanwhile: facts from outside, as whoever appends waits for each answer.
 */
export const wasStored = `
local function wasStored(journal, entry)
  for _, other in ipairs(redis.call('XREVRANGE', journal, '+', '-', 'COUNT', 12)) do
    if other[2][2] == entry then return true end
  end
  return false
end
`;
