/**
 * Marks a batch as being sent, right before its request: from here on a crash leaves its outcome unknown.
 * KEYS batch, batches · ARGV batch id, when the lease ends (ms)
 * Returns 1, or 0 when the batch was taken from its submitter and must not be sent.
 */
export const sendBatch = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'state', 'sending')
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 1
`;
