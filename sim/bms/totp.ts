import { createHmac, timingSafeEqual } from 'node:crypto';

const stepMs = 30_000;

/** Whether a code is that of now, or of one step to either side, as clocks differ (RFC 6238: SHA-1, six digits). */
export function isTotp(secret: string, code: string, now: number): boolean {
  const step = Math.floor(now / stepMs);
  return [step - 1, step, step + 1].some((one) => isSame(totp(secret, one), code));
}

export function totp(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

const isSame = (left: string, right: string) =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));

function fromBase32(text: string): Buffer {
  const letters = text.toUpperCase().replace(/=+$/, '');
  const bits = [...letters].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
