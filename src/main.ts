// A process of Darkroom: configuration, app, signals.

import { startApp } from './app.ts';
import { ConfigError, configExitCode, readConfig, toSecrets, type Config } from './config.ts';
import { guardLoop } from './ops/guard-loop.ts';
import { SettingError } from './errors.ts';
import { createLogger } from './logger.ts';

/** Longer than an orderly end takes, shorter than compose's stop_grace_period. */
const stopDeadlineMs = 35_000;

function readConfigOrExit(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configExitCode);
  }
}

const config = readConfigOrExit();
const log = createLogger(config.logLevel, { secrets: toSecrets(config) });
const stopping = Promise.withResolvers<string>();
const signals = ['SIGTERM', 'SIGINT'] as const;
function onSignal(reason: string): void {
  // A second signal ends the process at once, as it would without a handler.
  for (const each of signals) process.off(each, onSignal);
  // While Redis is away nothing can be given back, and leases end by themselves.
  setTimeout(() => process.exit(1), stopDeadlineMs).unref();
  stopping.resolve(reason);
}
for (const each of signals) process.on(each, onSignal);

/** Not every supervisor restarts a process because it says that it hangs, but all do when it ends. */
function onGivenUp(trouble: string): void {
  log.fatal({ trouble }, 'this process hangs and ends, to be started again');
  process.exitCode = 1;
  onSignal('the watchdog');
}

// Libraries reject promises that nobody holds (socket-mode 3.1 when it is stopped while it reconnects).
// Leases and steps bring back whatever was lost with one; ending the process would lose more.
process.on('unhandledRejection', (reason) => {
  log.error({ err: reason }, 'a promise was rejected and nobody was there to hear it');
});

try {
  await using stack = new AsyncDisposableStack();
  stack.use(guardLoop({ log }));
  stack.use(await startApp({ config, log, onGivenUp }));
  const reason = await stopping.promise;
  log.info({ reason }, 'stopping: rows that are not finished go back to the queue');
} catch (error) {
  log.fatal({ err: error }, 'Darkroom could not go on');
  process.exitCode = error instanceof SettingError ? configExitCode : 1;
}
