/** What a process does: HTTP (`server`), work from the queues (`worker`), or both. */
export type Role = 'server' | 'worker' | 'all';
