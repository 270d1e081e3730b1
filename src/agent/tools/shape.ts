import { z } from 'zod';

export const ticketIdInput = z
  .number()
  .int()
  .describe('a ticket id that an earlier step showed; not the ticket number');

export const pageInput = z.number().int().min(1).max(100).describe('pages are counted from 1');

/** Cuts a long text for the model, and says so. */
export const trim = (value: string | null | undefined, max: number): string | null =>
  value == null
    ? null
    : value.length <= max
      ? value
      : `${value.slice(0, max)}… (${value.length - max} characters more)`;
