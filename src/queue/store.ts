// One installation's data in Redis: its key names, its connection, and how scripts run on it.

import type { Redis } from 'ioredis';
import { isRefusedWrite } from './is-refused-write.ts';
import { buildKeys, type Keys } from './keys.ts';
import type { RedisConnections } from './create-redis.ts';
import type { Script } from './script.ts';
import type { IsSteady } from './watch-connection.ts';

export type ScriptArgument = string | number | Buffer;

export interface Store {
  readonly redis: Redis;
  /** Also false for so long after Redis has refused a script's writes: nobody could say then that he lives. */
  readonly isSteady: IsSteady;
  readonly keys: Keys;
  /** How long a batch is kept after its last change. */
  readonly retentionSeconds: number;
  /** Runs a script atomically; its arguments are those that its header numbers from 2. */
  run<Reply>(script: Script<Reply>, ...args: readonly ScriptArgument[]): Promise<Reply>;
  /** The same for replies that hold packed bytes: every string comes as a Buffer. */
  runForBytes<Reply>(script: Script<Reply>, ...args: readonly ScriptArgument[]): Promise<Reply>;
}

export interface StoreOptions {
  readonly redis: Pick<RedisConnections, 'commands' | 'isSteady'>;
  /** Two installations on one Redis have two prefixes; a colon at the end is part of every name anyway. */
  readonly prefix: string;
  /** Default 30 days. */
  readonly retentionSeconds?: number;
}

const thirtyDaysInSeconds = 30 * 24 * 3600;

export function createStore(options: StoreOptions): Store {
  const { commands } = options.redis;
  const retentionSeconds = options.retentionSeconds ?? thirtyDaysInSeconds;
  const prefix = options.prefix.replace(/:$/, '');
  const shared = [1, prefix, retentionSeconds];
  let refusedMs = -Infinity;
  const noteRefusal = (error: unknown): never => {
    if (isRefusedWrite(error)) refusedMs = performance.now();
    throw error;
  };
  return {
    redis: commands,
    isSteady: (ms) => options.redis.isSteady(ms) && performance.now() - refusedMs >= ms,
    keys: buildKeys(prefix),
    retentionSeconds,
    run: async (script, ...args) => {
      const reply = await callScript(script, (command, text) =>
        commands.call(command, text, ...shared, ...args),
      ).catch(noteRefusal);
      return script.reply.parse(reply);
    },
    runForBytes: async (script, ...args) => {
      const reply = await callScript(script, (command, text) =>
        commands.callBuffer(command, text, ...shared, ...args),
      ).catch(noteRefusal);
      return script.reply.parse(reply);
    },
  };
}

/** By its hash, and with its source where Redis does not know it (after a restart or SCRIPT FLUSH). */
async function callScript(
  { sha, source }: Pick<Script<unknown>, 'sha' | 'source'>,
  call: (command: 'EVALSHA' | 'EVAL', text: string) => Promise<unknown>,
): Promise<unknown> {
  try {
    return await call('EVALSHA', sha);
  } catch (error) {
    const isUnknown = error instanceof Error && error.message.startsWith('NOSCRIPT');
    if (!isUnknown) throw error;
    return call('EVAL', source);
  }
}
