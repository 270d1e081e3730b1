import { z } from 'zod';
import { parseJson, type Result } from './conversation.ts';

/** The raw answers of BMS, as a recipe's tools hand them to the model: an envelope as text, or words about an error. */
const envelopeSchema = z.object({ success: z.literal(true), result: z.unknown() });

/** What BMS answered; null for an error of any kind. */
export function readAnswer<T>({ text }: Result, schema: z.ZodType<T>): T | null {
  const envelope = envelopeSchema.safeParse(parseJson(text));
  const parsed = schema.safeParse(envelope.data?.result);
  return parsed.success ? parsed.data : null;
}

export const ticketsSchema = z.array(
  z.object({ id: z.number(), ticketNumber: z.string(), title: z.string(), hardwareAssetId: z.number() }),
);
export type RecipeTicket = z.infer<typeof ticketsSchema>[number];

export const assetSchema = z.looseObject({ name: z.string() });

export const submittedSchema = z.object({ jobId: z.string() });

export const jobSchema = z.object({
  jobStatus: z.string(),
  details: z.array(z.object({ statusCode: z.string(), statusMessage: z.string().nullish(), alertRefId: z.string() })),
});
export type RecipeJob = z.infer<typeof jobSchema>;
