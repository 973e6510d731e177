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
  },
});
