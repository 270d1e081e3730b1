import { z } from 'zod';
import { baseUrl } from '../domain/settings.ts';

/** All three are needed as soon as one remedy is a component of Datto RMM. */
export const dattoEnv = {
  DATTO_URL: baseUrl.optional(),
  DATTO_API_KEY: z.string().optional(),
  DATTO_API_SECRET_KEY: z.string().optional(),
};

interface DattoSettings {
  DATTO_URL?: string | undefined;
  DATTO_API_KEY?: string | undefined;
  DATTO_API_SECRET_KEY?: string | undefined;
}

/** Null when Datto RMM is not set up. */
export function dattoAccess({ DATTO_URL, DATTO_API_KEY: apiKey, DATTO_API_SECRET_KEY: apiSecretKey }: DattoSettings) {
  return DATTO_URL && apiKey && apiSecretKey ? { baseUrl: DATTO_URL, apiKey, apiSecretKey } : null;
}
