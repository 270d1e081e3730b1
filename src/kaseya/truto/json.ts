/** A string or a number. Strings match as a whole, so the digits in them are never taken for numbers. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const isLong = (part: string) => /^-?\d{16,}$/.test(part) && !Number.isSafeInteger(Number(part));

/** Parses JSON; whole numbers that a double cannot hold become strings of their digits, because job ids are 64 bits wide. */
export const parseJson = (text: string): unknown =>
  JSON.parse(text.replace(token, (part) => (isLong(part) ? `"${part}"` : part)));

/** The same, but null for text that is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
