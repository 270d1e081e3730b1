/**
 * What a journal holds after its first entries, and nothing else is read.
 * KEYS journal · ARGV how many entries the reader has
 * Returns the entries in their order.
 */
export const tailJournal = `
local news = redis.call('XLEN', KEYS[1]) - tonumber(ARGV[1])
if news <= 0 then return {} end
local tail = {}
for i, entry in ipairs(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', news)) do tail[news + 1 - i] = entry[2][2] end
return tail
`;
