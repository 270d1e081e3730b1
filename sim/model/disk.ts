import { z } from 'zod';

const volumesSchema = z.object({
  asset: z.object({
    diskVolumes: z
      .array(
        z.object({ drive: z.string().nullish(), usedMBytes: z.number().nullish(), totalMBytes: z.number().nullish() }),
      )
      .nullish(),
  }),
});

/** How full a drive is against the alert's threshold, in percent; null when the texts or the asset do not say. */
export interface DiskFinding {
  drive: string;
  usedPercent: number;
  thresholdPercent: number;
}

/** Reads which drive the alert is about, and how full the asset's record says it is now. */
export function judgeDisk(alertText: string, assetData: unknown): DiskFinding | null {
  if (!/disk/i.test(alertText)) return null;
  const letter = alertText.match(/\b([A-Z]):/)?.[1];
  const threshold = Number(alertText.match(/(?:threshold is|over|above)\s+(\d{1,3})\s*%/i)?.[1] ?? 90);
  const parsed = volumesSchema.safeParse(assetData);
  if (!letter || !parsed.success) return null;
  const volume = parsed.data.asset.diskVolumes?.find(({ drive }) => drive?.toUpperCase().startsWith(letter));
  if (!volume?.totalMBytes || volume.usedMBytes == null) return null;
  const usedPercent = Math.round((100 * volume.usedMBytes) / volume.totalMBytes);
  return { drive: `${letter}:`, usedPercent, thresholdPercent: threshold };
}
