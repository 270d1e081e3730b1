import type { FastifyInstance } from 'fastify';
import type { State } from '../bms/state.ts';
import { TrutoError } from './errors.ts';
import { parseExact } from './exact-json.ts';
import { rateTriple } from './rate-triple.ts';

export interface VendorAnswer {
  status: number;
  /** The vendor's rate headers, in Truto's form. */
  headers: Record<string, string>;
  /** Undefined for an empty body; text when it is no JSON. */
  body: unknown;
}

export interface VendorRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body?: unknown;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';

/** Truto's own call to BMS, with a sign-in of its own; it passes BMS's limits and faults like any other. */
export async function askVendor(
  app: FastifyInstance,
  { world, now }: State,
  request: VendorRequest,
): Promise<VendorAnswer> {
  const { accessToken } = world.tokens.issue(now());
  const response = await app
    .inject({
      ...{ method: request.method as Method, url: request.path, query: request.query },
      headers: { authorization: `Bearer ${accessToken}` },
      ...(request.body === undefined ? {} : { payload: request.body as object }),
    })
    .catch(() => {
      throw new TrutoError(502, 'the vendor did not answer');
    });
  const { statusCode: status, payload } = response;
  return { status, headers: rateTriple(response.headers), body: payload === '' ? undefined : readBody(payload) };
}

/** The envelope's own keys in camel case, whichever case BMS writes. */
function readBody(payload: string): unknown {
  try {
    const body = parseExact(payload);
    if (typeof body !== 'object' || body === null) return body;
    const entries = Object.entries(body).map(([key, value]) => [key.charAt(0).toLowerCase() + key.slice(1), value]);
    return Object.fromEntries(entries);
  } catch {
    return payload;
  }
}
