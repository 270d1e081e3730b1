/** Truto itself says no. */
export class TrutoError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = 'TrutoError';
    this.status = status;
    this.headers = headers;
  }
}

const names: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

export const errorBody = (statusCode: number, message: string) => ({
  ...{ statusCode, error: names[statusCode] ?? 'Error', message },
});

/** The vendor said no: its answer is handed on, marked as its own. */
export const remoteErrorBody = (statusCode: number, message: string, rawResponse: unknown) => ({
  ...errorBody(statusCode, message),
  ...{ truto_is_remote_error: true, raw_response: rawResponse },
});
