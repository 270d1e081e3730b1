import { modeSchema } from '../domain/journal.ts';

/** The key `mode`: what the service may do by itself. */
export const modeSetting = modeSchema.default('observe');

/** Overrides the file's `mode`. */
export const modeEnv = { TRIAGE_MODE: modeSchema.optional() };
