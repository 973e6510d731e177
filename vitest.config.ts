import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'forks',
    // Tests start real processes of their own, so few at a time.
    maxWorkers: 2,
    // Limits for what hangs, not for what is slow.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A condition is waited for as long as it takes on a busy machine; only its absence costs time.
    expect: { poll: { timeout: 20_000 } },
  },
});
