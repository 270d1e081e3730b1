/** Redis's wire format, as far as a proxy must know it: where a value ends, and what a command says. RESP2 and RESP3. */

/** Where the value that begins at `start` ends; -1 while it is not all there. */
export function endOfValue(buffer: Buffer, start: number): number {
  const lineEnd = buffer.indexOf('\r\n', start);
  if (lineEnd === -1) return -1;
  const head = lineEnd + 2;
  const count = Number(buffer.toString('latin1', start + 1, lineEnd));
  switch (String.fromCharCode(buffer[start] ?? 0)) {
    case '$':
    case '=':
    case '!': {
      const end = count < 0 ? head : head + count + 2;
      return end <= buffer.length ? end : -1;
    }
    case '*':
    case '~':
    case '>':
      return endOfValues(buffer, head, count);
    case '%':
      return endOfValues(buffer, head, 2 * count);
    default:
      return head;
  }
}

function endOfValues(buffer: Buffer, start: number, count: number): number {
  let end = start;
  for (let left = count; left > 0 && end !== -1; left -= 1) end = endOfValue(buffer, end);
  return end;
}

/** The words of one command, which clients send as an array of bulk strings. */
export function readCommand(command: Buffer): string[] {
  const words: string[] = [];
  let at = command.indexOf('\r\n') + 2;
  while (at < command.length) {
    const lineEnd = command.indexOf('\r\n', at);
    const end = endOfValue(command, at);
    if (lineEnd === -1 || end === -1) break;
    words.push(command.toString('utf8', lineEnd + 2, end - 2));
    at = end;
  }
  return words;
}

/** Cuts a stream of bytes into whole values, whatever pieces it arrives in. */
export function createSplitter(): (chunk: Buffer) => Buffer[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const values: Buffer[] = [];
    let at = 0;
    for (let end = endOfValue(rest, 0); end !== -1 && at < rest.length; end = endOfValue(rest, at)) {
      values.push(rest.subarray(at, end));
      at = end;
    }
    rest = rest.subarray(at);
    return values;
  };
}
