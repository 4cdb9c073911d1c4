import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';

it('a process that lives is left alone, also after a standstill, and one that stands still for good ends', async () => {
  const program = join(import.meta.dirname, 'blocked-program.ts');
  const child = spawn(process.execPath, [program, '2000', '2500', '500'], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = text(child.stdout);
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const lines = (await said).trim().split('\n');
  expect(lines.slice(0, -1)).toEqual(['guarded', 'the process stood still', 'blocking for good']);
  expect(lines.at(-1)).toContain('"msg":"the event loop stands still');
});

it('one whose log nobody reads ends too', async () => {
  const program = join(import.meta.dirname, 'unread-program.ts');
  const child = spawn(process.execPath, [program], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
});
