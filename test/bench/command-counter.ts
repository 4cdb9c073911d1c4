// Counts what clients send to Redis, by reading along. Redis' own counters hold every command that runs
// inside a script too (INFO commandstats and total_commands_processed, SLOWLOG; tried with 7.0), and
// MONITOR, which tells them apart, slows the server down.

const cr = 13;
const lf = 10;
const star = 42;
const dollar = 36;

/** Reads one connection's bytes as they come, in pieces of any size. */
export interface CommandCounter {
  read(bytes: Uint8Array): void;
  /** Commands begun so far. A transaction counts as its commands and its MULTI and EXEC. */
  readonly commands: number;
}

/** For clients that send arrays of strings, which all libraries do. Throws on anything else. */
export function createCommandCounter(): CommandCounter {
  let commands = 0;
  /** Strings of the current command still to come. */
  let strings = 0;
  /** Bytes of the current string still to come, with its line end. */
  let skip = 0;
  let line: number[] = [];

  const onLine = (): void => {
    const [kind, ...digits] = line;
    const number = Number(String.fromCharCode(...digits));
    line = [];
    if (strings === 0 && kind === star && number >= 0) {
      commands += 1;
      strings = number;
    } else if (strings > 0 && kind === dollar && number >= 0) {
      strings -= 1;
      skip = number + 2;
    } else {
      throw new Error('a client does not speak as Redis clients do');
    }
  };

  return {
    get commands() {
      return commands;
    },
    read(bytes) {
      let at = 0;
      while (at < bytes.length) {
        const skipped = Math.min(skip, bytes.length - at);
        skip -= skipped;
        at += skipped;
        if (skip > 0 || at === bytes.length) return;
        const byte = bytes[at] ?? 0;
        at += 1;
        if (byte === lf) onLine();
        else if (byte !== cr) line.push(byte);
      }
    },
  };
}
