/** What answers of BMS tell besides their bodies. */
export interface Heard {
  /** Positive: this machine is ahead. Null: no answer had a Date. */
  clockSkewMs: number | null;
  limitHeaders: string[];
  calls: number;
}

const isLimitHeader = (name: string) => /^(x-)?ratelimit|^retry-after$/.test(name);

/** A `fetch` that notes the headers of what passes through it. */
export function listening(now: () => number): { heard: Heard; fetch: typeof fetch } {
  const heard: Heard = { clockSkewMs: null, limitHeaders: [], calls: 0 };
  return {
    heard,
    async fetch(input, init) {
      heard.calls += 1;
      const sentAt = now();
      const response = await fetch(input, init);
      const date = Date.parse(response.headers.get('date') ?? '');
      // A Date is cut to the second: the middle of that second is the best guess.
      if (!Number.isNaN(date)) heard.clockSkewMs = (sentAt + now()) / 2 - (date + 500);
      const names = [...response.headers.keys()].filter(isLimitHeader);
      heard.limitHeaders = [...new Set([...heard.limitHeaders, ...names])];
      return response;
    },
  };
}
