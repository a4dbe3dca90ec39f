import { constants, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assertEnoughDescriptors, findSystemCause } from '../../../src/store/sqlite/system-cause.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { failWith, replaceFs } from '../../support/store/replace-fs.ts';

const { R_OK, W_OK, X_OK } = constants;

function createFile(): { file: string; folder: string } {
  const folder = temporaryFolder();
  const file = join(folder, 'samples.db');
  writeFileSync(file, '');
  return { file, folder };
}

/** Allows `count` descriptors, and returns those that are open. */
function limitDescriptors(count: number): Set<number> {
  const open = new Set<number>();
  let next = 1000;
  replaceFs('openSync', () => (path) => {
    expect(path).toBe(devNull);
    if (open.size >= count) failWith('EMFILE');
    next += 1;
    open.add(next);
    return next;
  });
  replaceFs('closeSync', () => (descriptor) => {
    open.delete(descriptor);
  });
  return open;
}

describe('the cause of an error that SQLite hides', () => {
  test('a writable file and folder are not a cause', () => {
    expect(findSystemCause(createFile().file)).toBeNull();
  });

  test('a missing file is a cause', () => {
    expect(findSystemCause(join(temporaryFolder(), 'samples.db'))).toBe('ENOENT');
  });

  test.each([
    ['a file without read permission', false, R_OK],
    ['a file without write permission', false, W_OK],
    ['a folder without write permission', true, W_OK],
    ['a folder that cannot be entered', true, X_OK],
  ])('%s is a cause', (_, isFolder, missing) => {
    const { file, folder } = createFile();
    replaceFs('accessSync', () => (path, mode = 0) => {
      if (path === (isFolder ? folder : file) && (mode & missing) !== 0) failWith('EACCES');
    });
    expect(findSystemCause(file)).toBe('EACCES');
  });

  test('a folder need not be readable, and a file need not be executable', () => {
    const { file, folder } = createFile();
    replaceFs('accessSync', () => (path, mode = 0) => {
      if (path === file && (mode & X_OK) !== 0) failWith('EACCES');
      if (path === folder && (mode & R_OK) !== 0) failWith('EACCES');
    });
    expect(findSystemCause(file)).toBeNull();
  });

  test.each([
    [0, 'ENOSPC'],
    [1, null],
  ])('a file system with %i free blocks has the cause %j', (bavail, cause) => {
    const { file, folder } = createFile();
    replaceFs('statfsSync', () => (path) => path === folder && { bavail, bfree: 9 });
    expect(findSystemCause(file)).toBe(cause);
  });

  test.each([
    [3, 'EMFILE'],
    [4, null],
  ])('with %i free file descriptors, the cause is %j', (count, cause) => {
    const { file } = createFile();
    const open = limitDescriptors(count);
    expect(findSystemCause(file)).toBe(cause);
    expect(open.size).toBe(0);
    if (cause === null) expect(assertEnoughDescriptors).not.toThrow();
    else expect(assertEnoughDescriptors).toThrow(cause);
    expect(open.size).toBe(0);
  });
});
