export type Role = 'server' | 'worker' | 'all';
