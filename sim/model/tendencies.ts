/**
 * How a model behaves that has nothing but its prompt and its tools. Each is a parameter, so that every figure that rests
 * on one of them can be checked.
 */
export interface Tendencies {
  /** How often it polls a job that still runs before it answers. It cannot wait: it polls again at once. */
  polls: number;
  /** Whether it calls the work done when the job was accepted but still ran at its last poll. */
  takesPendingForDone: boolean;
  /** Whether it reads the rows of a job that says "Completed", or stops at that word. */
  readsRows: boolean;
  /** Whether it reads the device again after a clean-up before it closes the ticket. */
  rereadsDevice: boolean;
  /** How often it repeats a call whose answer was an error. */
  retries: number;
  /** Whether it reads the tickets again before it repeats a write. */
  rereadsBeforeRetry: boolean;
}

/**
 * Does what the recipe's five steps and its system prompt ask for, to the letter: the status tool is used, the job's
 * own word is believed. Two polls, since each costs a turn and says the same; one retry, as people do.
 */
export const literal: Tendencies = {
  polls: 2,
  takesPendingForDone: true,
  readsRows: false,
  rereadsDevice: false,
  retries: 1,
  rereadsBeforeRetry: false,
};

/** The best that can be asked of a model: asks until the job ends, reads every row, claims nothing that it did not see. */
export const diligent: Tendencies = {
  polls: Number.POSITIVE_INFINITY,
  takesPendingForDone: false,
  readsRows: true,
  rereadsDevice: true,
  retries: 1,
  rereadsBeforeRetry: true,
};
