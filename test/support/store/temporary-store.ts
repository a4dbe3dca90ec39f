import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

/** Opens a new database on disk, which is deleted after the test. */
export function temporaryStore(): SampleStore {
  const store = SampleStore.open(join(temporaryFolder(), 'samples.db'));
  onTestFinished(() => store.close());
  return store;
}

/** Opens an existing database for reading, until the test ends. */
export function openReadOnly(file: string): SampleStore {
  const store = SampleStore.openReadOnly(file);
  if (store === null) throw new Error(`${file} has no samples`);
  onTestFinished(() => store.close());
  return store;
}
