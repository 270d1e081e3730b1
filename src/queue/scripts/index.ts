import type { Redis } from 'ioredis';
import { appendEntry } from './append-entry.lua.ts';
import { appendFact } from './append-fact.lua.ts';
import { claimAlert } from './claim-alert.lua.ts';

type Script = (keys: string[], args: (string | number)[]) => Promise<unknown>;

/** Our atomic steps, bound to one connection; each is sent as a SHA and loaded on first use. */
export interface Scripts {
  appendEntry: Script;
  appendFact: Script;
  claimAlert: Script;
}

const sources: Record<keyof Scripts, string> = { appendEntry, appendFact, claimAlert };

export function bindScripts(redis: Redis): Scripts {
  const bind = (name: keyof Scripts): Script => {
    const command = `bms_${name}`;
    redis.defineCommand(command, { lua: sources[name] });
    return (keys, args) => {
      const run = Reflect.get(redis, command) as (...parts: unknown[]) => Promise<unknown>;
      return run.call(redis, keys.length, ...keys, ...args);
    };
  };
  return { appendEntry: bind('appendEntry'), appendFact: bind('appendFact'), claimAlert: bind('claimAlert') };
}
