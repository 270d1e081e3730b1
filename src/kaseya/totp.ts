import { createHmac } from 'node:crypto';

const stepMs = 30_000;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The current six-digit code (RFC 6238, SHA-1, 30 seconds) for a base32 secret, as authenticator apps show it. */
export function totp(secret: string, nowMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / stepMs)));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  const code = (digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000;
  return String(code).padStart(6, '0');
}

/** Accepts spaces, dashes, padding and either letter case, as people copy secrets. */
export const isBase32 = (secret: string): boolean => /^[A-Z2-7]{8,}$/.test(plain(secret));

const plain = (secret: string) => secret.replace(/[\s=-]/g, '').toUpperCase();

function fromBase32(secret: string): Buffer {
  const bits = [...plain(secret)].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
