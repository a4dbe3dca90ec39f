import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
// @ts-expect-error: JavaScript, as the build that shares it is.
import { pageAssetsForVite } from './.esbuild/page-assets.mjs';

export default defineConfig({
  plugins: [pageAssetsForVite],
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests wait for child processes and for time-outs: one more keeps the cores busy meanwhile.
    maxWorkers: availableParallelism() + 1,
    // A process and all modules anew for each file would be a third of the whole: no test keeps what it changes.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
