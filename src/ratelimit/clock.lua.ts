/** How every script reads the time, in ms: Redis's own clock, whatever the clocks of workers and upstreams say. */
export const clock = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;
