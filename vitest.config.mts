import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most tests wait for child processes: one worker a core, not one less.
    maxWorkers: '100%',
    // A process and all modules anew for each file is a tenth of the whole: no test changes what it shares.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
