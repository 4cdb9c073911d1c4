import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname + '/..',
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', '**/node_modules/**'],
    globalSetup: ['test/support/redis-for-tests.ts'],
    setupFiles: ['test/support/patience.ts'],
    expect: { poll: { timeout: 60_000 } },
    // No promise about time: only the end of a test that waits for what never comes.
    testTimeout: 120_000,
    hookTimeout: 90_000,
    pool: 'forks',
    // Journeys mostly wait for leases to run out and for Slack's pauses, so that two share a core well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
