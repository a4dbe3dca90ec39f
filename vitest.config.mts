import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
// @ts-expect-error: JavaScript, shared with the build.
import { pageAssetsForVite } from './.esbuild/page-assets.mjs';

const testFiles = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file}`);

/** An import of one of these, or a path into `dist`, makes a test file part of the project `built`. */
const NEEDS_BUILD =
  /support\/(cli\/(built-program|canary-home)|library\/installed-package)\.ts'|\.\.\/dist\//;
const builtTests = testFiles.filter((file) => NEEDS_BUILD.test(readFileSync(file, 'utf8')));

export default defineConfig({
  plugins: [pageAssetsForVite],
  test: {
    // Some tests wait for child processes and time-outs, so one more worker keeps the cores busy.
    maxWorkers: availableParallelism() + 1,
    // A new process with all modules per file would take a third of the whole time. No test leaves changes behind.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: testFiles.filter((file) => !builtTests.includes(file)) },
      },
      { extends: true, test: { name: 'built', include: builtTests } },
    ],
  },
});
