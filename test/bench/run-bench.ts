// The program behind `npm run bench`.

import { benches } from './benches.ts';
import {
  buildDocument,
  describeMachine,
  showMachine,
  showReport,
  type Failed,
  type Finished,
} from './bench-document.ts';
import { parseCommandLine, toHelp, type CommandLine } from './bench-options.ts';

const startedMs = performance.now();

function say(line: string): void {
  const seconds = (performance.now() - startedMs) / 1000;
  console.error(`${seconds.toFixed(0).padStart(4)} s  ${line}`);
}

/** One that breaks off does not keep the others from running. */
async function runAll({ benches: chosen, json, full, rounds }: CommandLine): Promise<void> {
  const machine = describeMachine();
  if (!json) console.log(`${showMachine(machine)}\n`);
  const finished: Finished[] = [];
  const failures: Failed[] = [];
  for (const { name, run } of chosen) {
    say(name);
    try {
      const report = await run({ rounds, full, say: (line) => say(`${name}: ${line}`) });
      finished.push({ bench: name, report });
      if (!json) console.log(`${showReport({ bench: name, report })}\n`);
    } catch (error) {
      console.error(error);
      failures.push({ bench: name, error: error instanceof Error ? error.message : String(error) });
    }
  }
  if (json) console.log(JSON.stringify(buildDocument(machine, finished, failures), undefined, 2));
  if (failures.length > 0) process.exitCode = 1;
}

// What was started is ended and removed as the process exits (at-exit.ts).
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

try {
  const commandLine = parseCommandLine(process.argv.slice(2), benches);
  if (commandLine.help) console.log(toHelp(benches));
  else await runAll(commandLine);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 64;
}
