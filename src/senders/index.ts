import type { Adapter } from './adapter.ts';
import { decodeDattoRmm } from './datto-rmm.ts';
import { decodeGeneric } from './generic.ts';

/** Every sender that the service understands, by the `source` of a connection. */
export const senders = {
  'datto-rmm': decodeDattoRmm,
  generic: decodeGeneric,
} as const satisfies Record<string, Adapter>;

export type Source = keyof typeof senders;

export const sources = Object.keys(senders) as [Source, ...Source[]];
