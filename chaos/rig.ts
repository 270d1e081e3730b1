import { startHttpProxy } from '../harness/http-proxy.ts';
import type { Started } from '../harness/process.ts';
import { findServer, startNative } from '../harness/redis.ts';
import { startRedisProxy } from '../harness/redis-proxy.ts';
import { type Stack, type StackOptions, startStack } from '../harness/stack.ts';
import type { Aim } from './aim.ts';
import { openPlace, type Place, type PlaceOptions } from './place.ts';
import { createHands } from './strike.ts';
import { countTurns, type TurnCount } from './turns.ts';

/** Where a process finds its neighbours. In a place of its own, proxies stand in front of Redis and BMS. */
export interface Addresses {
  redisUrl: string;
  bmsUrl: string;
  modelUrl: string;
}

export type SpawnAt = (addresses: Addresses, onSpawn: (pid: number) => void) => Promise<Started>;

/** The world that a subject lives in: Redis, the simulated BMS, the scripted model, and what stands in between. */
export interface Rig {
  stack: Stack;
  /** Past the proxies: for processes that are not struck. */
  direct: Addresses;
  turns: TurnCount;
  places: readonly Place[];
  /** Opens a place and starts its first process there; await `ready` to have it up. */
  openPlace(name: string, spawn: SpawnAt, options?: PlaceOptions): Promise<Place>;
  /** From now on what passes by is compared with the plans. */
  aim(aim: Aim): void;
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export interface RigOptions extends Pick<StackOptions, 'simFlags' | 'config'> {
  seed: string;
  /** Open RMM tickets in the simulated tenant. */
  tickets: number;
}

export async function startRig({ seed, tickets, simFlags = [], config }: RigOptions): Promise<Rig> {
  const binary = findServer();
  if (binary === null) throw new Error('this needs a real Redis: no redis-server or valkey-server on PATH');
  let redis = await startNative(binary);
  const at = { port: redis.port, dir: redis.dir };
  // A second resolve takes effect here: one that BMS refuses would hide a double.
  const strict = ['--rate-limit', 'none', '--second-resolve', 'repeat'];
  const flags = ['--seed', seed, '--tickets', String(tickets), ...strict, ...simFlags];
  const stack = await startStack({ redis, simFlags: flags, ...(config ? { config } : {}) });

  let aim: Aim | null = null;
  const turns = countTurns((alertRefId) => aim?.turnsAnswered(alertRefId) ?? 0);
  const model = await startHttpProxy(new URL(stack.env.OPENAI_BASE_URL ?? '').origin, turns.tap);
  const modelUrl = `${model.url}/v1`;
  const places: Place[] = [];
  const proxies: { close(): Promise<void> }[] = [model];
  const hands = createHands(places, async () => {
    const ended = new Promise((resolve) => redis.server?.once('exit', resolve));
    redis.server?.kill('SIGKILL');
    await ended;
    redis = await startNative(binary, at);
  });

  return {
    stack,
    turns,
    places,
    direct: { redisUrl: redis.url, bmsUrl: stack.simUrl, modelUrl },
    async openPlace(name, spawn, options) {
      const redisProxy = await startRedisProxy(at, (moment, seen) => {
        const action = 'step' in seen ? aim?.atBatch(moment, seen) : aim?.atAppend(moment, seen);
        if (action) void hands.strike(action, place);
        return action?.do !== 'kill' && action?.do !== 'cut';
      });
      const bmsProxy = await startHttpProxy(stack.simUrl, async (moment, exchange) => {
        const action = aim?.atRequest(moment, exchange);
        if (!action) return 'pass';
        if (!(await hands.strike(action, place))) return 'cut';
        return action.do === 'answer' ? action : 'pass';
      });
      proxies.push(redisProxy, bmsProxy);
      const addresses = { redisUrl: redisProxy.url, bmsUrl: bmsProxy.url, modelUrl };
      const place = openPlace(name, (onSpawn) => spawn(addresses, onSpawn), options);
      places.push(place);
      return place;
    },
    aim(next) {
      aim = next;
    },
    quiet: hands.quiet,
    async stop() {
      aim = null;
      await hands.quiet();
      await Promise.all(places.map((place) => place.close()));
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await stack.stop();
      await redis.stop();
    },
  };
}
