import { z } from 'zod';

/** What a person asks for, in words. One run works on it, behind the same guards as a run for an alert. */
export const taskSchema = z.object({
  text: z.string().min(1).max(4000),
  /** The BMS account's name; the run may touch nothing outside it. */
  account: z.string().min(1).max(200).nullable(),
  /** The number of the ticket it is about, as people see it. */
  ticketNumber: z.string().min(1).max(200).nullable(),
  /** The name of the API key that asked. */
  requestedBy: z.string(),
  /** ISO 8601. */
  receivedAt: z.string(),
});

export type Task = z.infer<typeof taskSchema>;

/** The ticket numbers that a text names as `#12345`, `ticket 12345` or `ticket #12345`, each once. */
export function ticketNumbersIn(text: string): string[] {
  const found = text.matchAll(/(?:(?<!\w)#|\bticket\s+(?:no\.?\s*|number\s+)?#?)(\d[\d-]*)/gi);
  return [...new Set([...found].map(([, number]) => (number ?? '').replace(/-+$/, '')))];
}
