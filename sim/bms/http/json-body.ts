import type { FastifyInstance } from 'fastify';
import { malformed } from '../query.ts';

/** The content types that Kaseya's description names. A body of no bytes is no body. */
export function acceptJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  const jsonTypes = /^(?:application|text)\/(?:[\w.-]+\+)?json/;
  scope.addContentTypeParser(jsonTypes, { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) =>
    parse(String(body)),
  );
}

function parse(body: string): unknown {
  try {
    return body === '' ? undefined : JSON.parse(body);
  } catch (error) {
    throw malformed(`body: ${error instanceof Error ? error.message : 'not JSON'}`);
  }
}
