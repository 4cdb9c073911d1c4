// Bottleneck 2.19.5 on Redis 7 and later, mended from outside (its version is pinned):
// 1. Redis puts "ERR " before the errors by which a limiter knows that it must introduce itself again;
//    left there, it would reject every job for ever after its keys were lost once.
// 2. Its scripts take the time from each process's clock; one that is ahead would end the leases of
//    others. They get Redis' time, and note on the way which client was seen (see gate-reap.lua).
// 3. It forgets a slot that Redis refused to free: a book of its slots is kept for the keeper.

import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';
import { gatherWrites } from './gather-writes.ts';
import { promptRedisOptions } from './redis-options.ts';
import { createSlotBook, type ScriptCallback, type SlotBook } from './slot-book.ts';

const clientTime = 'local now = tonumber(ARGV[1])';
const redisTime = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', (string.gsub(KEYS[1], '_settings$', '_seen')), now, ARGV[2])
`;

export interface GateConnection {
  readonly client: Redis;
  readonly slots: SlotBook;
  readonly connection: Bottleneck.IORedisConnection;
}

/** A connection for one limiter. Whoever created it disconnects it. */
export function createGateConnection(url: string): GateConnection {
  const options = { ...promptRedisOptions, connectionName: 'darkroom-gate' };
  const gate = new GateRedis(url, options);
  const client = gatherWrites(gate);
  return { client, slots: gate.slots, connection: new Bottleneck.IORedisConnection({ client }) };
}

class GateRedis extends Redis {
  readonly slots = createSlotBook();

  override defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): void {
    if (!definition.lua.includes(clientTime)) throw new Error(`${name} is not Bottleneck's script`);
    const lua = definition.lua.split(clientTime).join(redisTime);
    super.defineCommand(name, { ...definition, lua });
    const command: unknown = Reflect.get(this, name);
    const watch = (args: readonly unknown[], callback: ScriptCallback): ScriptCallback =>
      this.slots.watch(name, args, callback);
    Reflect.set(this, name, withPlainErrors(command, watch));
  }
}

/** Bottleneck passes its callback as the last argument. */
function withPlainErrors(
  command: unknown,
  watch: (args: readonly unknown[], callback: ScriptCallback) => ScriptCallback,
) {
  if (!isFunction(command)) throw new TypeError('ioredis defined no command');
  return function run(this: unknown, ...args: unknown[]): unknown {
    const callback = args.pop();
    if (!isFunction(callback)) throw new TypeError('Bottleneck passed no callback');
    const plain: ScriptCallback = (error, reply) => callback(error && withoutPrefix(error), reply);
    return Reflect.apply(command, this, [...args, watch(args, plain)]);
  };
}

function isFunction(value: unknown): value is (...args: unknown[]) => unknown {
  return typeof value === 'function';
}

function withoutPrefix(error: Error): Error {
  error.message = error.message.replace(
    /^ERR (?=SETTINGS_KEY_NOT_FOUND|UNKNOWN_CLIENT|OVERWEIGHT)/,
    '',
  );
  return error;
}
