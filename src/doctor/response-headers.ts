/** What the responses of BMS say besides their bodies. */
export interface ResponseHeaders {
  /** Milliseconds; positive: this machine is ahead. Null: no response had a Date. */
  clockSkewMs: number | null;
  limitHeaders: string[];
  calls: number;
}

const isLimitHeader = (name: string) => /^(x-)?ratelimit|^retry-after$/.test(name);

/** A `fetch` that records the headers of the responses that pass through it. */
export function recordHeaders(now: () => number): { headers: ResponseHeaders; fetch: typeof fetch } {
  const recorded: ResponseHeaders = { clockSkewMs: null, limitHeaders: [], calls: 0 };
  return {
    headers: recorded,
    async fetch(input, init) {
      recorded.calls += 1;
      const sentAt = now();
      const response = await fetch(input, init);
      const date = Date.parse(response.headers.get('date') ?? '');
      // A Date is cut to the second: the middle of that second is the best guess.
      if (!Number.isNaN(date)) recorded.clockSkewMs = (sentAt + now()) / 2 - (date + 500);
      const names = [...response.headers.keys()].filter(isLimitHeader);
      recorded.limitHeaders = [...new Set([...recorded.limitHeaders, ...names])];
      return response;
    },
  };
}
