import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
// @ts-expect-error: JavaScript, shared with the build.
import { pageAssetsForVite } from './.esbuild/page-assets.mjs';
import { WaitingFilesFirst } from './test/support/waiting-files-first.mts';

const testFiles = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => `test/${file}`);

/** An import of one of these, or a path into `dist`, makes a test file part of the project `built`. */
const NEEDS_BUILD =
  /support\/(cli\/(built-program|canary-home)|library\/installed-package|recipes\/(workspace|terraform-project)|deploy\/workspace)\.ts'|\.\.\/dist\/|repositoryPath\('dist\//;
const builtTests = testFiles.filter((file) => NEEDS_BUILD.test(readFileSync(file, 'utf8')));

/** Node.js, TypeScript and vitest look for packages and settings in every parent folder. */
const isInCheckout = (folder: string): boolean =>
  ['node_modules', 'package.json'].some((name) => existsSync(join(folder, name))) ||
  (dirname(folder) !== folder && isInCheckout(dirname(folder)));

/** CI runs all cases of the slow tests. */
const TIMEOUT_MS = process.env.CI ? 120_000 : 30_000;

/** Vite warns about each source map whose sources a package does not contain. */
const actionsWithoutSourceMaps = {
  name: 'actions-without-source-maps',
  load: (id: string) =>
    /@actions\/.*\.js$/.test(id)
      ? readFileSync(id, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '')
      : null,
};

/**
 * Workers allocate much, keep little, and run most functions a few times. By default, V8 starts with 1 MB for new
 * objects, and optimises a function after a ninth of this budget. The flags save a fifth of the CPU time of workers.
 * Node does not start with a flag that its V8 lacks: Node 24 has no such budget.
 */
const V8_FLAGS = ['--min-semi-space-size=16', '--max-semi-space-size=64', '--interrupt-budget=600000'].filter(
  (flag) => spawnSync(process.execPath, [flag, '--version']).status === 0,
);

/** DuckDB is not a dependency. The tests that need it are skipped without this folder. */
const { DUCKDB_FOLDER } = process.env;

export default defineConfig({
  resolve: {
    alias:
      DUCKDB_FOLDER === undefined
        ? {}
        : { '@duckdb/node-api': resolve(DUCKDB_FOLDER, 'node_modules/@duckdb/node-api/lib/index.js') },
  },
  plugins: [pageAssetsForVite, actionsWithoutSourceMaps],
  test: {
    setupFiles: 'test/support/seed-setup.ts',
    globalSetup: ['test/support/cli/memory-setup.ts', 'test/support/cli/state-folder.ts'],
    env: {
      // AWS's packages print this at most once per process, in the middle of the output of a test.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      // The tests must not find the packages of a checkout.
      ...(isInCheckout(tmpdir()) ? { TMPDIR: '/tmp' } : {}),
    },
    // Many tests wait for child processes and time-outs, so more workers keep the cores busy.
    maxWorkers: availableParallelism() + 3,
    // A new process with all modules per file would take a third of the whole time. No test leaves changes behind.
    isolate: false,
    execArgv: V8_FLAGS,
    // The packages import JSON files without the attribute that Node requires.
    server: { deps: { inline: [/@actions\//] } },
    // Saves a tenth of the time. The name of a cached module is a hash of its content and of this file.
    experimental: { fsModuleCache: !process.env.CI, fsModuleCachePath: 'node_modules/.cache/vitest' },
    sequence: { sequencer: WaitingFilesFirst },
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: testFiles.filter((file) => !builtTests.includes(file)) },
      },
      {
        extends: true,
        test: { name: 'built', include: builtTests, globalSetup: ['test/support/cli/current-build.ts'] },
      },
    ],
  },
});
