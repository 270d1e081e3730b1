import { z } from 'zod';

/** The kinds of values that the rooms' settings are made of. */
export const positive = z.number().positive();
export const count = z.number().int().positive();

/** A name that an operator chooses for a connection or a remedy. */
export const settingName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name is lower case, digits and dashes');

export const httpUrlOr = (error: string) => z.url({ protocol: /^https?$/, error });
export const httpUrl = httpUrlOr('must be an http(s) URL');

/** The address of an API, without a slash at its end: paths are appended to it. */
export const baseUrlOr = (error: string) => httpUrlOr(error).transform((value) => value.replace(/\/+$/, ''));
export const baseUrl = baseUrlOr('must be an http(s) URL');

/** An environment variable without a default. `hint` says what it must hold. */
export const required = (hint: string) => z.string({ error: `is missing: ${hint}` }).min(1, `is empty: ${hint}`);

export type Env = Readonly<Record<string, string | undefined>>;

/** An environment variable that the settings of the file make necessary, and what it is for. */
export interface NeededVariable {
  variable: string;
  /** Ends the sentence "X is missing: …". */
  use: string;
}
