import { isRefusal, type Refusal } from '../tool.ts';

type Found<T> = { [K in keyof T]: T[K] extends () => Promise<infer R> ? Exclude<R, Refusal> : never };

/** Finds one thing after the other and stops at the first refusal, so that a call that cannot be made costs no more reads. */
export async function collect<T extends Record<string, () => Promise<unknown>>>(
  finders: T,
): Promise<Found<T> | Refusal> {
  const found: Record<string, unknown> = {};
  for (const [name, find] of Object.entries(finders)) {
    const value = await find();
    if (isRefusal(value)) return value;
    found[name] = value;
  }
  return found as Found<T>;
}
