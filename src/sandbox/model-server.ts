// The simulated model server as a program: `node src/sandbox/model-server.ts --help`.

import { parseArgs } from 'node:util';
import { startModelServer } from './model/model-server.ts';
import { isProfileName, profileNames } from './model/profiles.ts';

const help = `A SIMULATED vLLM server: the API of the real one, but no model runs in it.

Usage: node src/sandbox/model-server.ts [options]

  --port N            port on 127.0.0.1 (default 8000; 0: a free one)
  --profile NAME      ${profileNames.join(', ')} (default steady)
  --model NAME        name of the served model
  --api-key KEY       key that clients must show
  --max-model-len N   tokens of prompt and answer together (default 8192)
  --help              this text

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
      'max-model-len': { type: 'string', default: '8192' },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

async function main(): Promise<void> {
  const { help: wantsHelp, profile, model, 'api-key': apiKey, ...numbers } = parseCommandLine();
  if (wantsHelp) {
    console.log(help);
    return;
  }
  if (!isProfileName(profile)) {
    throw new Error(`--profile ${profile} is unknown; there are: ${profileNames.join(', ')}`);
  }
  const server = await startModelServer({
    port: toNumber('--port', numbers.port, 0),
    maxModelLen: toNumber('--max-model-len', numbers['max-model-len'], 1),
    profile,
    ...(model === undefined ? {} : { model }),
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  console.log(`SIMULATED model server (no model runs in it): ${server.model}, profile ${profile}`);
  console.log(`Listening on ${server.url}`);
}

function toNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new Error(`${option} must be a whole number of at least ${least}, not ${text}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 64;
}
