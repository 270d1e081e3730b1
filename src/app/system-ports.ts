import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../domain/ports.ts';

/** The machine's own time, chance and ids: what a process of the service runs on. */
export const systemPorts: Ports = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  newId: () => randomUUID(),
  randomBytes: (size) => randomBytes(size),
  sleep: (ms, options) => sleep(ms, undefined, options),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
