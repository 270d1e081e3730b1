/** Sends one request and observes how it ends. Each repetition passes through it too. */
export type Watch = <T>(request: () => Promise<T>) => Promise<T>;

export const unwatched: Watch = (request) => request();
