import { z } from 'zod';

/**
 * A schema for an object as BMS sends it. Kaseya's OpenAPI prints `PascalCase`, the wire carries `camelCase`, and Kaseya
 * promises neither: keys match without regard to case, and unknown keys are dropped.
 */
export function caseless<T extends z.ZodRawShape>(shape: T) {
  const known = new Map(Object.keys(shape).map((key) => [key.toLowerCase(), key]));
  const rename = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value).map(([key, inner]) => [known.get(key.toLowerCase()) ?? key, inner]);
    return Object.fromEntries(entries);
  };
  return z.preprocess(rename, z.object(shape));
}
