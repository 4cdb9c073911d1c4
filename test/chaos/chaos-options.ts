// The fault programme's command line.

import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export const help = `Darkroom's fault programme: the real bot as child processes on a real Redis with its append-only file,
with a simulated Slack workspace and a simulated model server, and everything broken on purpose. Nothing
leaves this machine.

  npm run chaos                      the short profile, at most 10 minutes on two cores
  npm run chaos -- --long            the long one: 10,000 rows under 20 kills, Redis away for longer, more rows
  npm run chaos -- --only NAME       one scenario (repeat it for more)
  npm run chaos -- --soak 30         random faults for so many minutes; memory, files and keys must stay flat

Options
  --seed N     repeats the plan of an earlier run (default: a new one, printed)
  --json       nothing but {"results": [{"fault", "injected", "lost", "doubled", "repeated", "recover_s"}]}
  --list       the scenarios, and what each of them promises
  --help       this text

Ends with 1 where a promise is broken. After each scenario three histories are compared: what the model
server saw, what the ledger in Redis says, and what stands in the posted file.
`;

export interface ChaosOptions {
  readonly long: boolean;
  readonly only: readonly string[];
  readonly seed: number;
  readonly json: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Minutes; undefined where no soak is asked for. */
  readonly soak: number | undefined;
}

/** Throws an Error with a sentence where the options are off. */
export function parseChaosOptions(args: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      long: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      soak: { type: 'string' },
    },
  });
  const { seed, soak, ...plain } = values;
  return {
    ...plain,
    seed: seed === undefined ? randomInt(1, 1_000_000) : toNumber('--seed', seed, 0),
    soak: soak === undefined ? undefined : toNumber('--soak', soak, 1),
  };
}

function toNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
  throw new Error(`${option} is a whole number from ${least} on, not "${text}".`);
}
