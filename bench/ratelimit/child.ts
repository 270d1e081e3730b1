import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this bench in a process of its own. It ends with us at the latest. */
export interface Child {
  /** The next message from it. Rejects when it ends first, or says nothing for `timeoutMs`. */
  message<T>(timeoutMs: number): Promise<T>;
  send(message: string): void;
  /** Resolves when it has ended, however it did. */
  ended: Promise<unknown>;
  /** kill -9. */
  kill(): void;
}

const isCompiled = import.meta.url.endsWith('.js');

/** Starts the program `name` of this folder with one argument, as JSON; sources through tsx. */
export function startChild(name: 'upstream' | 'worker', argument: unknown): Child {
  const { PATH = '', TMPDIR = '/tmp' } = process.env;
  const child = fork(
    fileURLToPath(new URL(`./${name}.${isCompiled ? 'js' : 'ts'}`, import.meta.url)),
    [JSON.stringify(argument)],
    {
      env: { PATH, TMPDIR },
      execArgv: isCompiled ? [] : ['--import', import.meta.resolve('tsx')],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  let said = '';
  child.stderr?.on('data', (text) => {
    said = (said + text).slice(-2_000);
  });
  return {
    message: (timeoutMs) => nextMessage(child, timeoutMs, (why) => new Error(`${name} ${why}\n${said}`.trim())),
    ended: once(child, 'exit'),
    send: (message) => void child.send(message),
    kill: () => void child.kill('SIGKILL'),
  };
}

function nextMessage<T>(child: ChildProcess, timeoutMs: number, failure: (why: string) => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(failure(`said nothing for ${timeoutMs} ms`))), timeoutMs);
    const onMessage = (message: unknown) => settle(() => resolve(message as T));
    const onExit = (code: number | null, signal: string | null) =>
      settle(() => reject(failure(`ended with ${code ?? signal}`)));
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage).off('exit', onExit);
      act();
    };
    child.on('message', onMessage).on('exit', onExit);
  });
}
