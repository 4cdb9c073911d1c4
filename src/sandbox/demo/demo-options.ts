// The demo's command line.

import { parseArgs } from 'node:util';

export const help = `Darkroom's demo: the real bot on a real Redis, with a simulated Slack workspace and a simulated
model server, all on this machine. Nothing leaves it.

  npm run demo                     start everything and print the address of the workspace's page
  npm run demo -- --once           drop a sample file, print the thread, save the results, and end

Options
  --once           run one batch and exit: 0 when it completed (also when rows failed), 1 when not
  --drop FILE      the file to drop with --once, a CSV, a zip or a picture; repeat it for several files in
                   one message
                   (default: the sample, 70 products, a few rows bad on purpose)
  --say TEXT       the message's text, such as "prompt: Describe {{name}} in one sentence"
  --out DIR        where the bot's files are saved with --once (default: demo-results)
  --vllm URL       a real vLLM server instead of the simulated one
  --redis URL      a Redis to use (default: REDIS_URL, else a private one is started)
  --mode MODE      how Slack talks to the bot: socket or http (default: socket)
  --gpu PROFILE    speed of the simulated model server: instant, steady, or of a GPU: l4, 4090, a100, h100
                   (default: steady)
  --help           this text
`;

export interface DemoOptions {
  readonly once: boolean;
  readonly drop: readonly string[];
  readonly say: string;
  readonly out: string;
  readonly vllm?: string;
  readonly redis?: string;
  readonly mode: 'socket' | 'http';
  readonly gpu: string;
}

/** Undefined where help was asked for. Throws an Error with a sentence where the options are off. */
export function parseDemoOptions(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      drop: { type: 'string', multiple: true, default: [] },
      say: { type: 'string', default: '' },
      out: { type: 'string', default: 'demo-results' },
      vllm: { type: 'string' },
      redis: { type: 'string' },
      mode: { type: 'string', default: 'socket' },
      gpu: { type: 'string', default: 'steady' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { mode, vllm, redis, once, drop, say, out, gpu } = values;
  if (mode !== 'socket' && mode !== 'http') {
    throw new Error(`--mode is socket or http, not "${mode}".`);
  }
  if (!once && (drop.length > 0 || say !== '')) {
    throw new Error('--drop and --say go with --once. Without it, drop files on the page.');
  }
  return {
    once,
    drop,
    say,
    out,
    gpu,
    mode,
    ...(vllm === undefined ? {} : { vllm }),
    ...(redis === undefined ? {} : { redis }),
  };
}
