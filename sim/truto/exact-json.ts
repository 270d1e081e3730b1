const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const mark = '\u0001integer:';

/** JSON whose whole numbers beyond 2^53 become bigints, so that a job id passes through unharmed. */
export function parseExact(text: string): unknown {
  const marked = text.replace(token, (part) => (/^-?\d{16,}$/.test(part) ? JSON.stringify(mark + part) : part));
  return JSON.parse(marked, (_key, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}
