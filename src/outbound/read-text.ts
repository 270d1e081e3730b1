/** No answer that we expect comes near this size (unpacked). A larger one is not read to its end. */
export const maxAnswerBytes = 16 * 1024 * 1024;

/** The answer's text, decoded as UTF-8. Throws once it is larger than `maxBytes`, so that no upstream can fill our memory. */
export async function readText(response: Response, maxBytes = maxAnswerBytes): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
