// The unit tests that mutation testing runs.

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification, type Vite } from 'vitest/node';
import config from '../../vitest.config.mts';

/** These tests read the text of src, which is not the original text. */
const READS_SOURCE = /^test\/(architecture\.test|docs\/|secrets)/;

/** StrykerJS chooses worker threads, in which tests can change neither the umask nor the time zone. */
const processes: Vite.Plugin = {
  name: 'processes',
  configureVitest({ project }) {
    project.config.pool = 'forks';
  },
};

const folders = process.env.MUTATION_TESTS?.split(',') ?? ['test/'];
const [unit] = (config.test?.projects ?? []) as { test: { include: string[] } }[];

/** The first failure ends a run, so short test files come first. */
class ShortestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    return (await super.sort(files)).reverse();
  }
}

export default defineConfig({
  plugins: [...(config.plugins ?? []), processes],
  test: {
    isolate: false,
    setupFiles: ['test/support/seed-setup.ts', 'bench/mutation/load-folder.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { sequencer: ShortestFirst },
    include: (unit?.test.include ?? []).filter(
      (file) => !READS_SOURCE.test(file) && folders.some((folder) => file.startsWith(folder)),
    ),
  },
});
