/** These close what a start has opened; the last one runs first. */
export type Closers = (() => Promise<unknown>)[];
