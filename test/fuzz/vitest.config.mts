import { defineConfig } from 'vitest/config';
// @ts-expect-error: JavaScript, shared with the build.
import { pageAssetsForVite } from '../../.esbuild/page-assets.mjs';

export default defineConfig({
  plugins: [pageAssetsForVite],
  test: {
    include: ['test/fuzz/*.fuzz.ts'],
    // Commands run in this process, also in CI: a run takes milliseconds.
    env: { CI: '' },
    testTimeout: 3_600_000,
    maxWorkers: 2,
  },
});
