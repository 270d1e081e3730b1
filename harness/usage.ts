/** What was asked for on the command line cannot be; the message says why. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Takes `--flag VALUE` out of the arguments. */
export function takeFlag(args: readonly string[], flag: string): { value: string | undefined; rest: string[] } {
  const at = args.indexOf(flag);
  if (at < 0) return { value: undefined, rest: [...args] };
  const value = args[at + 1];
  if (value === undefined) throw new UsageError(`${flag} wants a value`);
  return { value, rest: args.toSpliced(at, 2) };
}
