import { appendFileSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openForWriting } from '../../../src/store/sqlite/database.ts';
import { openCopy } from '../../../src/store/sqlite/database-copy.ts';
import { readNumberPragma } from '../../../src/store/sqlite/driver.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { failWith, replaceFs } from '../../support/store/replace-fs.ts';

function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  openForWriting(file).close();
  return file;
}

/** Calls `change` with the number of each copied database. */
function whenCopied(change: (attempt: number) => void): void {
  let attempts = 0;
  replaceFs('copyFileSync', (copy) => (from, to) => {
    copy(from, to);
    if (String(from).endsWith('.db')) {
      attempts += 1;
      change(attempts);
    }
  });
}

/** Notes the folders in which copies are made. */
function noteFolders(): string[] {
  const folders: string[] = [];
  replaceFs('copyFileSync', (copy) => (from, to) => {
    folders.push(join(String(to), '..', '..'));
    copy(from, to);
  });
  return folders;
}

test('a database that another process changes is copied again, up to five times', () => {
  const file = createDatabase();
  let copies = 0;
  whenCopied((attempt) => {
    if (attempt < 5) appendFileSync(`${file}-wal`, 'x');
    copies = attempt;
  });
  openCopy(file).close();
  expect(copies).toBe(5);
});

test('a database that changes during five copies is busy', () => {
  const file = createDatabase();
  let copies = 0;
  whenCopied((attempt) => {
    copies = attempt;
    if (attempt > 20) throw new Error('the attempts do not end');
    appendFileSync(`${file}-journal`, 'x');
  });
  expect(catchError(() => openCopy(file))).toMatchObject({
    code: 'DATABASE_BUSY',
    message: `${file} changed during each of 5 copies`,
    hint: 'try again later',
  });
  // In each of two folders.
  expect(copies).toBe(10);
});

test('a write-ahead log that disappears during a copy is not part of the copy', () => {
  const file = createDatabase();
  writeFileSync(`${file}-wal`, 'stale');
  replaceFs('copyFileSync', (copy) => (from, to) => {
    copy(from, to);
    if (String(from).endsWith('-wal')) rmSync(`${file}-wal`);
  });
  const names: string[][] = [];
  replaceFs('chmodSync', () => (path) => {
    names.push(readdirSync(join(String(path), '..')));
  });
  openCopy(file).close();
  expect(names).toEqual([['samples.db']]);
});

test('a copy is private, has no journal file, and its folder is deleted', () => {
  const file = createDatabase();
  writeFileSync(`${file}-wal`, '', { mode: 0o666 });
  const modes: number[] = [];
  replaceFs('chmodSync', (chmod) => (path, mode) => {
    chmod(path, mode);
    modes.push(statSync(path).mode & 0o777);
  });
  const folders = noteFolders();
  const copy = openCopy(file);
  onTestFinished(() => void copy.close());
  expect(modes).toEqual([0o600, 0o600]);
  expect(copy.pragma('journal_mode', { simple: true })).toBe('memory');
  expect(readNumberPragma(copy, 'user_version')).toBeGreaterThan(0);
  expect(folders).toEqual([tmpdir(), tmpdir()]);
  expect(existsSync(join(copy.name, '..'))).toBe(false);
});

test('a copy is made in shared memory if the temporary folder cannot be written', () => {
  const file = createDatabase();
  replaceFs('mkdtempSync', (make) => (prefix) => {
    if (prefix.startsWith(tmpdir())) failWith('EACCES');
    return make(prefix);
  });
  const folders = noteFolders();
  openCopy(file).close();
  expect(folders).toEqual(['/dev/shm']);
});

test('a copy in shared memory is made if the temporary folder is full', () => {
  const file = createDatabase();
  const folders: string[] = [];
  replaceFs('copyFileSync', (copy) => (from, to) => {
    folders.push(join(String(to), '..', '..'));
    if (String(to).startsWith(tmpdir())) failWith('ENOSPC');
    copy(from, to);
  });
  openCopy(file).close();
  expect(folders).toEqual([tmpdir(), '/dev/shm']);
});

test('without a folder for a copy, the hint names TMPDIR', () => {
  const file = createDatabase();
  replaceFs('mkdtempSync', () => () => failWith('EACCES'));
  expect(catchError(() => openCopy(file))).toMatchObject({
    code: 'DATABASE_NO_PERMISSION',
    message: `could not copy ${file}: no temporary folder can be written`,
    hint: 'set TMPDIR to a writable folder with free space',
  });
});

test('a full folder is named, and the hint names TMPDIR', () => {
  const file = createDatabase();
  const folders: string[] = [];
  replaceFs('copyFileSync', () => (_, to) => {
    folders.push(join(String(to), '..'));
    failWith('ENOSPC');
  });
  expect(catchError(() => openCopy(file))).toMatchObject({
    code: 'DATABASE_FULL',
    message: `no space left to write a copy of ${file} in /dev/shm`,
    hint: 'set TMPDIR to a writable folder with free space',
  });
  expect(folders.map((folder) => [join(folder, '..'), existsSync(folder)])).toEqual([
    [tmpdir(), false],
    ['/dev/shm', false],
  ]);
});
