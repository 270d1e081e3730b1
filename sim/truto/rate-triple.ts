type Headers = Record<string, unknown>;

/** What the vendor reports of its limit, in Truto's three headers; absent when it reports nothing. */
export function rateTriple(headers: Headers): Record<string, string> {
  const text = (name: string) => (headers[name] === undefined ? '' : String(headers[name]));
  const structured = /;r=(\d+);t=(\d+)/.exec(text('ratelimit'));
  const policy = /;q=(\d+);w=(\d+)/.exec(text('ratelimit-policy'));
  const limit = policy ? `${policy[1]};w=${policy[2]}` : text('ratelimit-limit');
  const found = {
    'ratelimit-limit': limit,
    'ratelimit-remaining': structured?.[1] ?? text('ratelimit-remaining'),
    'ratelimit-reset': structured?.[2] ?? text('ratelimit-reset'),
    'retry-after': text('retry-after'),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== ''));
}
