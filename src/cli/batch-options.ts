// The command line of `npm run batch`.

import { parseArgs } from 'node:util';
import { toFileKind } from '../batch/file-kind.ts';

export const help = `Runs a CSV, or pictures, through the model server without Slack, with the same engine as the bot.

  npm run batch -- FILE... [options]

FILE is one CSV, or zips and pictures with at most one CSV that names the pictures.

Options
  --say TEXT   what the message would say, such as "prompt: Describe {{name}} in one sentence"
  --vllm URL   the model server, or several with commas between them (default: VLLM_URL)
  --out DIR    where the results files go (default: beside the first FILE)
  --help       this text

REDIS_URL names the Redis to use; without it a private one is started for the run. The other settings
of .env.example hold here too, but for those of Slack. Ctrl+C stops the run and writes what is finished.
The exit code is 0 when the run completed (also when rows failed), 1 when not, 78 for bad settings.
`;

export interface BatchOptions {
  readonly files: readonly [string, ...string[]];
  readonly say: string;
  readonly vllm?: string;
  readonly out?: string;
}

/** Undefined where help was asked for. Throws an Error with a sentence where the options are off. */
export function parseBatchOptions(args: readonly string[]): BatchOptions | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      say: { type: 'string', default: '' },
      vllm: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const [file, ...more] = positionals;
  if (file === undefined) {
    throw new Error('Name a file: npm run batch -- products.csv (see --help)');
  }
  checkTogether(positionals);
  const { say, vllm, out } = values;
  return {
    files: [file, ...more],
    say,
    ...(vllm === undefined ? {} : { vllm }),
    ...(out === undefined ? {} : { out }),
  };
}

/** Several tables would be several batches. */
function checkTogether(files: readonly string[]): void {
  const tables = files.filter((file) => !['archive', 'picture'].includes(toFileKind(file)));
  if (tables.length > 1) {
    throw new Error(`Name one CSV at a time, not ${tables.join(' and ')} (see --help)`);
  }
}
