/** Undoes what a start has opened; the last one first. */
export type Closers = (() => Promise<unknown>)[];
