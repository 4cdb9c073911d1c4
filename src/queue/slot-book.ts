// Which slots of the gate this process knows of: asked for, in use, or being freed. What Redis holds in its
// name beyond these is held for nobody: Redis refused to free it, or took it twice since a reply was lost.

export type ScriptCallback = (error: Error | null, reply: unknown) => void;

export interface SlotBook {
  /** The limiter's name in Redis; undefined before its first script. */
  client(): string | undefined;
  has(slot: string): boolean;
  /** Takes note of a script of Bottleneck's that is about to be sent. What it returns is to be called with
   *  the reply instead of `callback`. */
  watch(script: string, args: readonly unknown[], callback: ScriptCallback): ScriptCallback;
}

export function createSlotBook(): SlotBook {
  const known = new Set<string>();
  let ownName: string | undefined;
  return {
    client: () => ownName,
    has: (slot) => known.has(slot),
    watch(script, args, callback) {
      // The number of keys, the keys, the time, the client, and what the script itself takes.
      const [, client, slot] = args.slice(1 + Number(args[0]));
      ownName = String(client);
      if (script !== 'register' && script !== 'free') return callback;
      const own = String(slot);
      if (script === 'register') known.add(own);
      return (error, reply) => {
        const isTaken = script === 'register' && error === null && isGranted(reply);
        if (!isTaken) known.delete(own);
        callback(error, reply);
      };
    },
  };
}

/** Lua's `{ false }` comes as `[null]`. */
function isGranted(reply: unknown): boolean {
  return Array.isArray(reply) && Boolean(reply[0]);
}
