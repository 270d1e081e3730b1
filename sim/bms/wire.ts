import type { ErrorStyle, LetterCase } from './options.ts';

/** `body` undefined is an empty answer, as `assignticket` gives. */
export interface Answer {
  status: number;
  body: unknown;
}

export const ok = (result: unknown): Answer => ({ status: 200, body: { success: true, error: null, result } });
export const paged = (result: unknown[], totalRecords: number): Answer => ({
  status: 200,
  body: { success: true, error: null, result, totalRecords },
});
/** Kaseya describes single summaries without the envelope that all else has. */
export const bare = (body: unknown): Answer => ({ status: 200, body });
export const empty: Answer = { status: 200, body: undefined };

/** Invented, as Kaseya publishes none: only the shape of `ErrorInfo` is known. */
export const errorCodes = { missing: 1001, malformed: 1002, unsupported: 1003, badId: 1004, notFound: 1005 } as const;

/** BMS says no. The status may well be 200: some failures come as `success: false` under it. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly subErrors: readonly string[];

  constructor(status: number, code: number, message: string, subErrors: readonly string[] = []) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.subErrors = subErrors;
  }
}

/** Refusals whose HTTP status is unknown; a missing token, a spent limit and a wrong content type always have theirs. */
const styled = new Set([200, 400, 403, 404, 409]);

/** Kaseya declares 200 and nothing else, so by default its refusals come under it; a client has to stand both. */
export function inStyle(refusal: Refusal, style: ErrorStyle): Refusal {
  const { status, code, message, subErrors } = refusal;
  if (!styled.has(status)) return refusal;
  return new Refusal(style === 'envelope' ? 200 : status === 200 ? 400 : status, code, message, subErrors);
}

/** `stackStrace` is spelt as in Kaseya's description. */
export const failed = ({ status, code, message, subErrors }: Refusal): Answer => ({
  status,
  body: { success: false, error: { code, message, details: null, stackStrace: null, subErrors }, result: null },
});

export const notFound = (what: string) => new Refusal(404, errorCodes.notFound, `${what} was not found`);

/** JSON with keys in the wanted case and bigints as number literals: a job id does not fit a double. */
export function encode(value: unknown, letterCase: LetterCase): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, letterCase)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(inCase(key, letterCase))}:${encode(member, letterCase)}`);
  return `{${members.join(',')}}`;
}

const inCase = (key: string, letterCase: LetterCase) =>
  letterCase === 'camel' ? key : key.charAt(0).toUpperCase() + key.slice(1);
