/**
 * What a call may do to the tenant: `read` changes nothing; a `write` can be undone by a person; a `destructive` call takes
 * something out of service, and this service has no call that brings it back.
 */
export type Effect = 'read' | 'write' | 'destructive';
