import type { Redis } from 'ioredis';
import { appendEntry } from './append-entry.lua.ts';
import { appendFact } from './append-fact.lua.ts';
import { claimAlert } from './claim-alert.lua.ts';
import { claimBatch } from './claim-batch.lua.ts';
import { dropRow } from './drop-row.lua.ts';
import { endBatch } from './end-batch.lua.ts';
import { endRun } from './end-run.lua.ts';
import { putBackBatch } from './put-back-batch.lua.ts';
import { queueRow } from './queue-row.lua.ts';
import { sendBatch } from './send-batch.lua.ts';

type Script = (keys: string[], args: (string | number)[]) => Promise<unknown>;

const sources = {
  appendEntry,
  appendFact,
  claimAlert,
  claimBatch,
  dropRow,
  endBatch,
  endRun,
  putBackBatch,
  queueRow,
  sendBatch,
};

/** Our atomic steps, bound to one connection; each is sent as a SHA and loaded on first use. */
export type Scripts = Record<keyof typeof sources, Script>;

export function bindScripts(redis: Redis): Scripts {
  const bind = (name: string, lua: string): Script => {
    const command = `bms_${name}`;
    redis.defineCommand(command, { lua });
    return (keys, args) => {
      const run = Reflect.get(redis, command) as (...parts: unknown[]) => Promise<unknown>;
      return run.call(redis, keys.length, ...keys, ...args);
    };
  };
  const bound = Object.entries(sources).map(([name, lua]) => [name, bind(name, lua)]);
  return Object.fromEntries(bound) as Scripts;
}
