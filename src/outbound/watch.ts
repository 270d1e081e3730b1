/** Makes a request for somebody who wants to know how each one ends, repetitions included. */
export type Watch = <T>(request: () => Promise<T>) => Promise<T>;

export const unwatched: Watch = (request) => request();
