/**
 * How every Redis key of the service begins, BullMQ's included. Its braces are a hash tag: all keys are in one slot of a
 * cluster, so a script may use several of them.
 */
export const REDIS_PREFIX = '{bms}';
