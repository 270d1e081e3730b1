/** Kaseya's own clouds. Any other host (Vorex, Pulseway, a preview) is given as its URL. Source: help.bms.kaseya.com. */
const regions: Readonly<Record<string, string>> = {
  us: 'https://api.bms.kaseya.com',
  emea: 'https://api.bmsemea.kaseya.com',
  apac: 'https://api.bmsapac.kaseya.com',
};

/** The base URL for a region's name (without regard to case), or the given URL itself. */
export const baseUrlOf = (regionOrUrl: string): string => regions[regionOrUrl.trim().toLowerCase()] ?? regionOrUrl;

/** The values that the setting may have, for error messages. */
export const baseUrlHint = `your region (${Object.entries(regions)
  .map(([name, address]) => `${name}: ${address}`)
  .join(', ')}), or the address of another host`;
