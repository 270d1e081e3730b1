import { setTimeout as sleep } from 'node:timers/promises';
import type { Started } from '../harness/process.ts';

/** Where a process runs that may be struck. Whatever ends it, another takes its place at once. */
export interface Place {
  name: string;
  /** Settles when the first process is up. */
  ready: Promise<void>;
  /** kill -9, now. */
  kill(): void;
  terminate(): void;
  /** Stops it in its tracks (SIGSTOP), and lets it go on as if nothing had been (SIGCONT). */
  pause(ms: number): void;
  /** Settles when the next process is up. */
  renewed(): Promise<void>;
  /** Ids of the processes that it has had; the last one is the present one. */
  pids(): readonly number[];
  /** What its processes printed. */
  log(): string[];
  close(): Promise<void>;
}

/** Starts a process and waits until it is ready; reports its id at once. */
export type Spawn = (onSpawn: (pid: number) => void) => Promise<Started>;

export interface PlaceOptions {
  /** True when its work is over and it is not to be started again. */
  isDone?(): boolean;
}

export function openPlace(name: string, spawn: Spawn, { isDone = () => false }: PlaceOptions = {}): Place {
  const pids: number[] = [];
  const outputs: string[][] = [];
  let waiting: (() => void)[] = [];
  let current = 0;
  let closed = false;

  const send = (signal: NodeJS.Signals) => {
    try {
      if (current > 0) process.kill(current, signal);
    } catch {
      // It has ended by itself: there is no process left to strike.
    }
  };
  const renewed = () => new Promise<void>((resolve) => waiting.push(resolve));

  const liveOnce = async (): Promise<void> => {
    const started = await spawn((pid) => {
      current = pid;
      pids.push(pid);
    });
    outputs.push(started.output);
    for (const resolve of waiting) resolve();
    waiting = [];
    if (closed) await started.kill();
    await started.exited;
  };

  const live = async (): Promise<void> => {
    while (!closed && !isDone()) {
      // One that was struck before it was ready has said so in vain: the next one may fare better.
      await liveOnce().catch((error: unknown) => outputs.push([String(error)]));
      current = 0;
      await sleep(20);
    }
  };

  const ready = renewed();
  const life = live();
  return {
    name,
    ready,
    kill: () => send('SIGKILL'),
    terminate: () => send('SIGTERM'),
    pause(ms) {
      const paused = current;
      send('SIGSTOP');
      setTimeout(() => paused === current && send('SIGCONT'), ms).unref();
    },
    renewed,
    pids: () => pids,
    log: () => outputs.flatMap((lines, index) => lines.map((line) => `${name}#${index} ${line}`)),
    async close() {
      closed = true;
      send('SIGKILL');
      await life;
    },
  };
}
