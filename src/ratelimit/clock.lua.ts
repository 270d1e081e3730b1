/** How every script reads the time, in ms: from Redis's clock, so that the clocks of workers and upstreams do not matter. */
export const clock = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
`;
