import { createCipheriv, createDecipheriv, createHash, scryptSync } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Ports } from '../domain/ports.ts';
import { REDIS_PREFIX } from '../domain/redis-prefix.ts';
import type { Credentials } from './credentials.ts';

/** Where the processes of one service share a token and take turns at renewing it. Throws what Redis throws. */
export interface TokenStore {
  /** The text that was saved last; null if there is none, or if these credentials do not open it. */
  load(): Promise<string | null>;
  save(text: string, ttlMs: number): Promise<void>;
  /** The moment until which no process may sign in with these credentials, ms since 1970; 0: sign-in is allowed. */
  heldUntil(): Promise<number>;
  holdUntil(at: number): Promise<void>;
  /** Runs `work` in one process at a time. After `lockMs` a waiting process goes ahead anyway: two sign-ins do no harm. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

interface Options extends Pick<Ports, 'now' | 'random' | 'newId' | 'randomBytes' | 'sleep'> {
  baseUrl: string;
  credentials: Credentials;
  /** Longer than a sign-in takes. */
  lockMs: number;
}

const retryMs = 50;

/** Releases the lock only if this holder still has it. */
const unlock = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/**
 * A store in Redis, sealed with a key derived from the password: access to Redis alone does not give access to BMS, and a
 * changed password makes the old token unreadable.
 */
export function createTokenStore(redis: Redis, options: Options): TokenStore {
  const { baseUrl, credentials, lockMs, now, random, newId, randomBytes, sleep } = options;
  const owner = `${baseUrl} ${credentials.tenant} ${credentials.username}`;
  const name = createHash('sha256').update(owner).digest('hex').slice(0, 32);
  const tokenKey = `${REDIS_PREFIX}:token:${name}`;
  const lockKey = `${tokenKey}:lock`;
  const key = scryptSync(credentials.password, `bms-triage token ${owner}`, 32);
  // Named after the credentials as a whole, so that a corrected password is tried at once.
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
