import { z } from 'zod';
import { caseless } from './caseless.ts';
import { readResult } from './page.ts';
import type { Transport } from './transport.ts';

/** A small read that serves nothing else: the health probe sends it. */
export const userTemplate = '/v2/security/userinfo';

const rightSchema = caseless({ canView: z.boolean().nullish(), canModify: z.boolean().nullish() });
const userSchema = caseless({
  userId: z.number().int(),
  fullName: z.string().nullish(),
  businessName: z.string().nullish(),
  olsonTimeZoneName: z.string().nullish(),
  isUserSystemAdmin: z.boolean().nullish(),
  userAccessRights: z.array(rightSchema).nullish(),
});

/** The user that we are signed in as. */
export type User = z.infer<typeof userSchema>;

export interface Session {
  user(): Promise<User>;
}

export const createSession = (transport: Transport): Session => ({
  user: async () =>
    readResult(userSchema, await transport.call({ method: 'GET', template: userTemplate }), `GET ${userTemplate}`),
});
