// Runs a program of this folder as a process of its own, until the test ends or it is killed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Program {
  /** Waits until it prints the line. */
  said(line: string): Promise<void>;
  /** SIGKILL: it can free nothing. */
  kill(): Promise<void>;
}

export function startProgram(file: string, ...args: readonly string[]): Program {
  const path = join(import.meta.dirname, file);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface(child.stdout);
  reader.on('line', (line) => lines.push(line));
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  return {
    kill,
    said: async (line) => {
      while (!lines.includes(line)) {
        if (child.exitCode !== null) throw new Error(`${file} ended without saying "${line}"`);
        await Promise.race([once(reader, 'line'), exited]);
      }
    },
  };
}
