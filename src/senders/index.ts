import { z } from 'zod';
import type { Adapter } from './adapter.ts';
import { decodeDattoRmm } from './datto-rmm.ts';
import { decodeGeneric } from './generic.ts';

/** Every sender that the service understands, by the `source` of a connection. Configuration and routes read this list. */
export const senders = {
  'datto-rmm': decodeDattoRmm,
  generic: decodeGeneric,
} as const satisfies Record<string, Adapter>;

export type Source = keyof typeof senders;

/** The `source` of a connection in the configuration file. */
export const sourceSchema = z.enum(Object.keys(senders) as [Source, ...Source[]]);
