import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FolderStore } from '../../../src/remote/object-storage/folder-store.ts';
import { catchRejection } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const CLOCK = { sleep: () => Promise.resolve() };

function createStore() {
  const root = temporaryFolder();
  mkdirSync(join(root, 'host=a'));
  return { root, folder: join(root, 'host=a'), store: new FolderStore(root, CLOCK) };
}

test('a write does not follow links that others have left in the folder', async () => {
  const { folder, store } = createStore();
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  for (const name of ['.cred-watch-push.tmp', '.cred-watch-push.lock-time'])
    symlinkSync(victim, join(folder, name));
  writeFileSync(join(folder, '.cred-watch-push.lock'), '');
  execFileSync('touch', ['-d', '1 hour ago', join(folder, '.cred-watch-push.lock')]);
  expect(await store.put('host=a/day.parquet', Buffer.from('rows'), 'none')).not.toBeNull();
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(readFileSync(join(folder, 'day.parquet'), 'utf8')).toBe('rows');
});

test('a pipe and a huge file in the place of an object are errors', async () => {
  const { folder, store } = createStore();
  execFileSync('mkfifo', [join(folder, 'pipe.parquet')]);
  writeFileSync(join(folder, 'huge.parquet'), '');
  truncateSync(join(folder, 'huge.parquet'), 2 ** 30);
  expect((await catchRejection(store.get('host=a/pipe.parquet'))).message).toBe(
    `${join(folder, 'pipe.parquet')} is not a regular file`,
  );
  expect((await catchRejection(store.get('host=a/huge.parquet'))).message).toBe(
    `${join(folder, 'huge.parquet')} is too large`,
  );
});
