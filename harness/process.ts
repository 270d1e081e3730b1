import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface Started {
  pid: number;
  /** The line of standard output that said it is ready. */
  ready: Record<string, unknown>;
  /** Asks it to stop, and makes it after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Resolves when it has ended, for any reason. */
  exited: Promise<void>;
  /** Null while it runs, or when a signal ended it. */
  exitCode(): number | null;
  /** Every line it has printed, for a test that failed. */
  output: string[];
}

export interface StartOptions {
  env?: Record<string, string>;
  cwd: string;
  /** Is this line the one that says "ready"? */
  isReady?(line: Record<string, unknown>): boolean;
  timeoutMs?: number;
  /** Called at once: a process can be at work long before it reports that it is ready. */
  onSpawn?(pid: number): void;
}

const root = new URL('../', import.meta.url);
const isCompiled = import.meta.url.endsWith('.js');

/** Starts one of our programs: `dist` from `dist`, sources from sources (through tsx). `path` is without its ending. */
export function startProgram(path: string, args: readonly string[], options: StartOptions): Promise<Started> {
  const entry = fileURLToPath(new URL(`${path}.${isCompiled ? 'js' : 'ts'}`, root));
  const loader = isCompiled ? [] : ['--import', import.meta.resolve('tsx')];
  return startProcess(process.execPath, [...loader, '--enable-source-maps', entry, ...args], options);
}

/** Starts a process and waits for the JSON line that says it is ready. It never outlives this process. */
export async function startProcess(command: string, args: readonly string[], options: StartOptions): Promise<Started> {
  const { PATH = '', HOME = '/tmp', TMPDIR = '/tmp' } = process.env;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH, HOME, TMPDIR, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.onSpawn?.(child.pid ?? 0);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const output: string[] = [];
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  const ready = await readyLine(child, output, { name: args.at(-1) ?? command, ...options });
  return {
    pid: child.pid ?? 0,
    exited,
    exitCode: () => child.exitCode,
    ready,
    output,
    stop: (graceMs = 10_000) => end(child, 'SIGTERM', graceMs),
    kill: () => end(child, 'SIGKILL', 5_000),
  };
}

type ReadyOptions = Pick<StartOptions, 'isReady' | 'timeoutMs'> & { name: string };

/** The line that says "ready". Each line goes to `output`, also after that one. */
function readyLine(
  child: ChildProcessByStdio<null, Readable, Readable>,
  output: string[],
  { name, isReady = () => true, timeoutMs = 30_000 }: ReadyOptions,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${name}: ${why}\n${output.slice(-15).join('\n')}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('was not ready in time');
    }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (output.push(line) > 2_000) output.shift();
        const json = parseLine(line);
        if (!json || !isReady(json)) return;
        clearTimeout(timer);
        resolve(json);
      });
    }
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? signal} before it was ready`);
    });
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  child.kill(signal);
  await exited;
  clearTimeout(timer);
}

function parseLine(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
