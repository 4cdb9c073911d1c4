// The simulated model server as a program: `node src/sandbox/model-server.ts --help`.

import { parseArgs } from 'node:util';
import type { EngineSettings } from './model/gpu-profiles.ts';
import { startModelServer, type ModelServerOptions } from './model/model-server.ts';
import { isProfileName, profileNames } from './model/profiles.ts';

const help = `A SIMULATED vLLM server: the API of the real one, but no model runs in it.

Usage: node src/sandbox/model-server.ts [options]

  --port N                 port on 127.0.0.1 (default 8000; 0: a free one)
  --profile NAME           ${profileNames.join(', ')} (default steady)
  --model NAME             name of the served model
  --api-key KEY            key that clients must show
  --max-model-len N        tokens of prompt and answer together (default 8192)
  --output-tokens N        every answer takes as long as if it had N tokens
  --output-spread N        answers are up to N percent shorter or longer than that (default 0)
  --max-num-seqs N         requests that run at once (default: the profile's)
  --max-num-queued-reqs N  beyond N running and waiting requests it answers 503 (default: never)
  --api-servers N          processes that prepare pictures, on a GPU (default: the profile's)
  --max-pixels N           area that pictures are resized to (default 16777216, the model's own)
  --fetch-links            fetch pictures that are named by a link, from this machine only
  --help                   this text

The profiles l4, 4090, a100 and h100 have the timing of vLLM with Qwen3-VL-4B on that GPU;
instant and steady take the same time for a request, whatever else goes on.

Every text in an answer holds: simulated, the picture's size, its dominant colour, the first
40 characters of the row's text, 8 digits of its sha256.

Switches (JSON): POST /sandbox/faults {"fault": {"status": 500}, "times": 3}
                 POST /sandbox/away {"how": "refused", "ms": 10000}
                 GET /sandbox/calls`;

function parseCommandLine() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8000' },
      profile: { type: 'string', default: 'steady' },
      model: { type: 'string' },
      'api-key': { type: 'string' },
      'max-model-len': { type: 'string' },
      'output-tokens': { type: 'string' },
      'output-spread': { type: 'string' },
      'max-num-seqs': { type: 'string' },
      'max-num-queued-reqs': { type: 'string' },
      'api-servers': { type: 'string' },
      'max-pixels': { type: 'string' },
      'fetch-links': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

type Values = ReturnType<typeof parseCommandLine>;

async function main(): Promise<void> {
  const values = parseCommandLine();
  if (values.help) {
    console.log(help);
    return;
  }
  const { profile } = values;
  if (!isProfileName(profile)) {
    throw new Error(`--profile ${profile} is unknown; there are: ${profileNames.join(', ')}`);
  }
  const server = await startModelServer({ profile, ...toOptions(values) });
  console.log(`SIMULATED model server (no model runs in it): ${server.model}, profile ${profile}`);
  console.log(`Listening on ${server.url}`);
}

function toOptions(values: Values): ModelServerOptions {
  const { model, 'api-key': apiKey } = values;
  const maxModelLen = toNumber(values, 'max-model-len', 1);
  const tokens = toNumber(values, 'output-tokens', 1);
  const spread = (toNumber(values, 'output-spread', 0) ?? 0) / 100;
  const maxPixels = toNumber(values, 'max-pixels', 65_536);
  return {
    port: toNumber(values, 'port', 0) ?? 0,
    settings: toSettings(values),
    fetchesLinks: values['fetch-links'],
    ...(model !== undefined && { model }),
    ...(apiKey !== undefined && { apiKey }),
    ...(maxModelLen !== undefined && { maxModelLen }),
    ...(tokens !== undefined && { outputTokens: { tokens, spread } }),
    ...(maxPixels !== undefined && {
      bounds: { shortest_edge: 65_536, longest_edge: maxPixels },
    }),
  };
}

function toSettings(values: Values): Partial<EngineSettings> {
  const maxNumSeqs = toNumber(values, 'max-num-seqs', 1);
  const maxNumQueuedReqs = toNumber(values, 'max-num-queued-reqs', 1);
  const apiServers = toNumber(values, 'api-servers', 1);
  return {
    ...(maxNumSeqs !== undefined && { maxNumSeqs }),
    ...(maxNumQueuedReqs !== undefined && { maxNumQueuedReqs }),
    ...(apiServers !== undefined && { apiServers }),
  };
}

function toNumber(
  values: Values,
  option: keyof Omit<Values, 'help' | 'fetch-links'>,
  least: number,
): number | undefined {
  const text = values[option];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`--${option} must be a whole number of at least ${least}, not ${text}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 64;
}
