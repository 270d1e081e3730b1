import { z } from 'zod';

export const ticketIdInput = z
  .number()
  .int()
  .describe('a ticket id that an earlier step showed; not the ticket number');

export const assetIdInput = z.number().int().describe('an asset id that an earlier step showed');

/** Models must send every key (strict schemas); callers that know only the first ones may leave these out. */
export const pageInput = z.number().int().min(1).max(100).default(1).describe('pages are counted from 1');

/** Rows that one page shows to a model. */
export const maxRows = 25;

export const textFilter = z.string().min(1).max(200).nullable().default(null);

/** People use names; an id is accepted if the tenant's lookup holds it. */
const nameOrId = z.union([z.string().min(1).max(200), z.number().int()]);

export const nameInput = (description: string) => nameOrId.describe(description);
export const optionalName = (description: string) => nameOrId.nullable().default(null).describe(description);

export const longText = (max = 6000) => z.string().min(1).max(max);

export const dateInput = (description: string) =>
  z
    .string()
    .max(40)
    .refine((value) => !Number.isNaN(Date.parse(value)), 'is not a date: use ISO 8601 with an offset')
    .describe(`${description}; ISO 8601 with an offset, such as 2026-11-25T14:00:00Z`);

export const isoDate = (value: string): string => new Date(value).toISOString();

/** Cuts a long text for the model, and says so. */
export const trim = (value: string | null | undefined, max: number): string | null =>
  value == null
    ? null
    : value.length <= max
      ? value
      : `${value.slice(0, max)}… (${value.length - max} characters more)`;

/** How to ask for the next page; null where this page is the last. */
export const moreOf = (rows: readonly unknown[], pageNumber: number, total: number | null = null) => {
  const more = total === null ? rows.length >= maxRows : pageNumber * maxRows < total;
  return more ? { more: `ask for pageNumber ${pageNumber + 1}` } : { more: null };
};
