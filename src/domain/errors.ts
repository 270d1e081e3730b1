/**
 * Errors are grouped by what happens next, not by where they arose:
 * a `TerminalError` goes to a person, a `RetryableError` is tried again after `retryAfterMs`.
 * Every error carries a stable snake_case `code`; logs, metrics and tests use the code, never the message.
 */
export class TriageError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** It will never work as asked: wrong credentials, no permission, an answer that cannot be read. A person must act. */
export class TerminalError extends TriageError {}

/** It may work later: not before `retryAfterMs` milliseconds from now. */
export class RetryableError extends TriageError {
  readonly retryAfterMs: number;

  constructor(code: string, message: string, options: { retryAfterMs: number; cause?: unknown }) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A sender's body does not fit its adapter. `message` names the fields, `hint` says how to fix it. Nothing was stored. */
export class PayloadError extends TriageError {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super('payload_not_understood', message);
    this.hint = hint;
  }
}

/** Another worker owns `what` now. This worker must stop at once and write nothing more. */
export class FencedError extends TriageError {
  constructor(what: string) {
    super('fenced', `${what} has been taken over by another worker`);
  }
}

/** Why a call to an upstream failed. */
export type UpstreamCode =
  | 'auth'
  | 'permission'
  | 'validation'
  /** The upstream in use has no way to do this. */
  | 'unsupported'
  | 'not_found'
  | 'throttled'
  | 'vendor_fault'
  | 'unreadable'
  | 'timeout'
  | 'network';

/**
 * A call to an upstream did not give a usable answer.
 * `effect` says what is known of its consequences: `none` (the upstream refused it, or it was never sent)
 * or `unknown` (it was sent and the answer is lost or unreadable, so it may have been carried out).
 */
export class UpstreamError extends TriageError {
  override readonly code: UpstreamCode;
  readonly effect: 'none' | 'unknown';
  readonly endpoint: string;
  readonly subErrors: readonly string[];

  constructor(
    code: UpstreamCode,
    message: string,
    options: { effect: 'none' | 'unknown'; endpoint: string; subErrors?: readonly string[]; cause?: unknown },
  ) {
    super(code, message, options);
    this.code = code;
    this.effect = options.effect;
    this.endpoint = options.endpoint;
    this.subErrors = options.subErrors ?? [];
  }
}

/** Trying the same call again later may help. */
export const isTransient = ({ code }: UpstreamError): boolean =>
  code === 'network' || code === 'timeout' || code === 'vendor_fault' || code === 'unreadable' || code === 'throttled';

/** The error's stable code; `unexpected` for an error that is not the service's own. */
export const errorCode = (error: unknown): string => (error instanceof TriageError ? error.code : 'unexpected');

/** The error's message; the value as text if it is no `Error`. */
export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
