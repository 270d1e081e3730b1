/**
 * The submitter is about to put its batch on the wire: from here on a crash leaves its outcome unknown.
 * KEYS batch, batches · ARGV batch id, when the lease ends (ms)
 * Returns 1, or 0 when the batch has been taken away: then it must not be sent.
 */
export const sendBatch = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'state', 'sending')
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
`;
