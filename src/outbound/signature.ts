import { createHmac } from 'node:crypto';

/** The key in a secret: base64 after `whsec_`, as Standard Webhooks writes it, or any other text as it is. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);

export interface Signed {
  /** The same for the same message, however often it is sent. */
  id: string;
  /** Seconds since 1970. */
  timestamp: number;
  body: string;
}

/**
 * The three headers of Standard Webhooks: id, time and body are signed together (HMAC-SHA256, base64).
 * Source: standardwebhooks.com, "Standard Webhooks" specification.
 */
export function signatureHeaders({ id, timestamp, body }: Signed, secret: string): Record<string, string> {
  const digest = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${digest}` };
}
