import { z } from 'zod';
import { baseUrl, baseUrlOr, positive, required } from '../domain/settings.ts';
import type { Credentials } from './credentials.ts';
import type { LookupTables } from './lookups.ts';
import { baseUrlHint, baseUrlOf } from './regions.ts';
import { isBase32 } from './totp.ts';

/** The key `lookups`: the tenant's own names of lookup tables, and for how many hours their contents are kept. */
export const lookupsSchema = z
  .strictObject({
    noteTypeTable: z.string().min(1).default('NoteType'),
    ticketTypeTable: z.string().min(1).default('TicketType'),
    ticketSourceTable: z.string().min(1).default('TicketSource'),
    hours: positive.default(6),
  })
  .prefault({});

/** The key `kaseyaOne`: the tenant's ids in Kaseya One. */
export const kaseyaOneSchema = z
  .strictObject({ organizationId: z.string().min(1), appClientIdentifier: z.string().min(1) })
  .nullable()
  .default(null);

/** Part of the key `timeouts`. */
export const bmsTimeout = { bmsSeconds: positive.default(30) };

export const kaseyaEnv = {
  KASEYA_BASE_URL: required(baseUrlHint)
    .transform(baseUrlOf)
    .pipe(baseUrlOr(`must be ${baseUrlHint}`)),
  KASEYA_USERNAME: required('a BMS user of its own for this service'),
  KASEYA_PASSWORD: required('the password of that user'),
  KASEYA_MFA_SECRET: z
    .string()
    .refine(isBase32, 'must be the base32 secret that the authenticator was set up with')
    .optional(),
  KASEYA_TENANT: required('the company name under My Settings in BMS'),
  KASEYA_INTEGRATION_TYPE: z.string().min(1).default('dattormm'),
  TRUTO_TOKEN: z.string().optional(),
  TRUTO_ACCOUNT_ID: z.string().optional(),
  TRUTO_BASE_URL: baseUrl.default('https://api.truto.one'),
};

/** Through Truto, BMS's own address and sign-in are not needed. */
export const viaTrutoEnv = {
  TRUTO_ACCOUNT_ID: required('the integrated account that TRUTO_TOKEN is to reach'),
  KASEYA_BASE_URL: baseUrl.default(''),
  KASEYA_USERNAME: z.string().default(''),
  KASEYA_PASSWORD: z.string().default(''),
  KASEYA_TENANT: z.string().default(''),
};

export interface KaseyaSettings {
  KASEYA_BASE_URL: string;
  KASEYA_USERNAME: string;
  KASEYA_PASSWORD: string;
  KASEYA_MFA_SECRET?: string | undefined;
  KASEYA_TENANT: string;
  KASEYA_INTEGRATION_TYPE: string;
  TRUTO_TOKEN?: string | undefined;
  TRUTO_ACCOUNT_ID?: string | undefined;
  TRUTO_BASE_URL: string;
  lookups: z.infer<typeof lookupsSchema>;
  timeouts: { bmsSeconds: number };
}

/** The options of the BMS client that come from the configuration. Durations are in milliseconds. */
export interface ClientOptions {
  baseUrl: string;
  credentials: Credentials;
  integrationType: string;
  lookupTables: LookupTables;
  lookupTtlMs: number;
  timeoutMs: number;
}

export const clientOptions = (settings: KaseyaSettings): ClientOptions => ({
  baseUrl: settings.KASEYA_BASE_URL,
  credentials: {
    username: settings.KASEYA_USERNAME,
    password: settings.KASEYA_PASSWORD,
    tenant: settings.KASEYA_TENANT,
    mfaSecret: settings.KASEYA_MFA_SECRET ?? null,
  },
  integrationType: settings.KASEYA_INTEGRATION_TYPE,
  lookupTables: {
    noteTypes: settings.lookups.noteTypeTable,
    ticketTypes: settings.lookups.ticketTypeTable,
    ticketSources: settings.lookups.ticketSourceTable,
  },
  lookupTtlMs: settings.lookups.hours * 3_600_000,
  timeoutMs: settings.timeouts.bmsSeconds * 1000,
});

/** Where Truto is and which account it opens; null when BMS is called directly. */
export function trutoAccess({ TRUTO_TOKEN: token, TRUTO_ACCOUNT_ID: accountId, TRUTO_BASE_URL }: KaseyaSettings) {
  return token && accountId ? { token, accountId, baseUrl: TRUTO_BASE_URL } : null;
}

/** Whose quota and whose shared reads: every worker of a tenant uses the same name, and it holds no secret. */
export function quotaOwner(settings: KaseyaSettings): string {
  const truto = trutoAccess(settings);
  return truto ? `${truto.baseUrl}/${truto.accountId}` : `${settings.KASEYA_BASE_URL}/${settings.KASEYA_TENANT}`;
}

/**
 * How long a read is good for other runs, and how long a run waits for another's read before it reads for itself. The
 * first is at most the time from a row's submission to the first poll of its job: what the row changed is read anew.
 */
export const readSharing = ({ rmm }: { rmm: { firstPollSeconds: number } }) => ({
  ttlMs: Math.ceil(Math.min(2_000, rmm.firstPollSeconds * 1000)),
  leadMs: 5_000,
});
