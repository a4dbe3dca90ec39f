import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

/** A real database on disk, gone when the test has ended. */
export function temporaryStore(): SampleStore {
  const store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
  onTestFinished(() => store.close());
  return store;
}
