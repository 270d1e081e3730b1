/** A string, or a number; one string holds no other, so its digits are never taken for a number. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const isLong = (part: string) => /^-?\d{16,}$/.test(part) && !Number.isSafeInteger(Number(part));

/** JSON in which whole numbers that a double cannot hold become strings of their digits: job ids are 64 bits wide. */
export const parseJson = (text: string): unknown =>
  JSON.parse(text.replace(token, (part) => (isLong(part) ? `"${part}"` : part)));

/** The same, with null for what is no JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
