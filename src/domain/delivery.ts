import type { Alert } from './alert.ts';

/** What the service adds to what a sender posts. */
export interface Delivery {
  /** The name of the connection in the configuration. */
  connection: string;
  /** ISO 8601, UTC. */
  receivedAt: string;
  /** A UUID for each alert. */
  newId(): string;
}

/** Turns the parsed body of one sender's request into alerts. Throws `PayloadError`, which names the fields that do not fit. */
export type Decode = (payload: unknown, delivery: Delivery) => Alert[];
