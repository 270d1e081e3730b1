import { createCipheriv, createDecipheriv, createHash, scryptSync } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Ports } from '../domain/ports.ts';
import { REDIS_PREFIX } from '../domain/redis-prefix.ts';
import type { Credentials } from './credentials.ts';

/** Where the processes of one service share a token, and agree on who fetches the next. */
export interface TokenStore {
  /** What was saved last, or null: nothing there, or nothing that these credentials open. */
  load(): Promise<string | null>;
  save(text: string, ttlMs: number): Promise<void>;
  /** Until when nobody may sign in with these credentials, ms since 1970; 0 when anybody may. */
  heldUntil(): Promise<number>;
  holdUntil(at: number): Promise<void>;
  /** One process at a time, for as long as a sign-in may take; then whoever waits goes ahead: two sign-ins do no harm. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

interface Options extends Pick<Ports, 'now' | 'random' | 'newId' | 'randomBytes' | 'sleep'> {
  baseUrl: string;
  credentials: Credentials;
  /** Longer than a sign-in takes. */
  lockMs: number;
}

const retryMs = 50;

/** Gives the lock back only to who holds it. */
const unlock = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/**
 * In Redis, sealed with a key that follows from the password: whoever reads Redis alone cannot sign in to BMS with what
 * is there, and a changed password makes the old token unreadable.
 */
export function createTokenStore(redis: Redis, options: Options): TokenStore {
  const { baseUrl, credentials, lockMs, now, random, newId, randomBytes, sleep } = options;
  const owner = `${baseUrl} ${credentials.tenant} ${credentials.username}`;
  const name = createHash('sha256').update(owner).digest('hex').slice(0, 32);
  const tokenKey = `${REDIS_PREFIX}:token:${name}`;
  const lockKey = `${tokenKey}:lock`;
  const key = scryptSync(credentials.password, `bms-triage token ${owner}`, 32);
  // Named after the credentials as a whole, so that a mended password is tried at once.
  const proof = createHash('sha256')
    .update(key)
    .update(credentials.mfaSecret ?? '')
    .digest('hex')
    .slice(0, 16);
  const holdKey = `${tokenKey}:held:${proof}`;

  const acquire = async (holder: string): Promise<void> => {
    const giveUpAt = now() + lockMs;
    while ((await redis.set(lockKey, holder, 'PX', lockMs, 'NX')) !== 'OK') {
      if (now() >= giveUpAt) return;
      await sleep(retryMs * (1 + random()));
    }
  };

  return {
    async load() {
      const sealed = await redis.get(tokenKey);
      return sealed === null ? null : open(sealed, key);
    },
    save: async (text, ttlMs) =>
      void (await redis.set(tokenKey, seal(text, key, randomBytes(ivBytes)), 'PX', Math.max(1, Math.floor(ttlMs)))),
    heldUntil: async () => Number((await redis.get(holdKey)) ?? 0),
    holdUntil: async (at) => void (await redis.set(holdKey, at, 'PXAT', Math.ceil(at))),
    async exclusively(work) {
      const holder = newId();
      await acquire(holder);
      try {
        return await work();
      } finally {
        await redis.eval(unlock, 1, lockKey, holder);
      }
    },
  };
}

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

function seal(text: string, key: Buffer, iv: Buffer): string {
  const sealing = createCipheriv(cipher, key, iv);
  const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), body]).toString('base64');
}

/** Null when it was sealed with another key, or tampered with. */
function open(sealed: string, key: Buffer): string | null {
  const bytes = Buffer.from(sealed, 'base64');
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    opening.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([opening.update(bytes.subarray(ivBytes + tagBytes)), opening.final()]).toString('utf8');
  } catch {
    return null;
  }
}
