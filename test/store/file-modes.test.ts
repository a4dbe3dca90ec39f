import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findExposedFiles } from '../../src/store/exposed-files.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';

const getMode = (path: string) => statSync(path).mode & 0o777;

/** Opens a database, and returns the modes of its files while it is open. */
function openAndReadModes(path: string, file = path): number[] {
  using store = SampleStore.open(path);
  store.recordFailedPoll('h', 'imds', {
    observedAt: 0,
    reason: 'timeout',
    detail: '',
    accessKeyId: null,
    expiration: null,
    clockOffset: null,
  });
  return [file, `${file}-wal`, `${file}-shm`].map(getMode);
}

describe('a new database is private', () => {
  const PRIVATE = [0o600, 0o600, 0o600];

  test('a database in a new folder is private', () => {
    const file = join(temporaryFolder(), 'deep', 'samples.db');
    expect(openAndReadModes(file)).toEqual(PRIVATE);
    expect(getMode(join(file, '..'))).toBe(0o700);
  });

  test('a database in place of an empty file is private', () => {
    const file = join(temporaryFolder(), 'samples.db');
    writeFileSync(file, '', { mode: 0o666 });
    expect(openAndReadModes(file)).toEqual(PRIVATE);
  });

  test('a database behind a dangling link is private', () => {
    const folder = temporaryFolder();
    const target = join(folder, 'target.db');
    const link = join(folder, 'samples.db');
    symlinkSync(target, link);
    expect(openAndReadModes(link, target)).toEqual(PRIVATE);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test('a database behind several relative links into a new folder is private', () => {
    const folder = temporaryFolder();
    symlinkSync(join('..', 'other', 'target.db'), join(mkdirIn(folder, 'links'), 'second.db'));
    symlinkSync(join('links', 'second.db'), join(folder, 'samples.db'));
    const target = join(folder, 'other', 'target.db');
    expect(openAndReadModes(join(folder, 'samples.db'), target)).toEqual(PRIVATE);
    expect(getMode(join(folder, 'other'))).toBe(0o700);
  });

  test('a database is private with any umask', () => {
    const before = process.umask(0);
    try {
      const folder = temporaryFolder();
      symlinkSync(join(folder, 'target.db'), join(folder, 'samples.db'));
      expect(openAndReadModes(join(folder, 'samples.db'), join(folder, 'target.db'))).toEqual(PRIVATE);
      process.umask(0o777);
      expect(openAndReadModes(join(folder, 'other.db'))).toEqual(PRIVATE);
    } finally {
      process.umask(before);
    }
  });

  test('an existing database keeps its mode', () => {
    const file = join(temporaryFolder(), 'samples.db');
    SampleStore.open(file).close();
    chmodSync(file, 0o640);
    expect(openAndReadModes(file)).toEqual([0o640, 0o640, 0o640]);
  });
});

function mkdirIn(folder: string, name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

describe('a link to something else is refused and changes nothing', () => {
  const TARGETS: [string, string, (path: string) => void][] = [
    ['a text file', 'is not a database', (path) => writeFileSync(path, 'my notes '.repeat(1000))],
    ['a folder', 'is not a file', (path) => mkdirSync(path)],
    ['a pipe', 'is not a file', (path) => expect(spawnSync('mkfifo', [path]).status).toBe(0)],
    ['a device', 'is not a file', (path) => symlinkSync('/dev/null', path)],
    ['itself', 'too many symbolic links', () => {}],
  ];
  test.for(TARGETS)('a link to %s is refused', ([name, message, make]) => {
    const folder = temporaryFolder();
    const target = join(folder, name === 'itself' ? 'samples.db' : 'target');
    make(target);
    const mode = name === 'itself' ? 0 : getMode(target);
    symlinkSync(target, join(folder, 'samples.db'));
    expect(() => SampleStore.open(join(folder, 'samples.db'))).toThrow(message);
    if (name === 'itself') return;
    expect(getMode(target)).toBe(mode);
    if (name === 'a text file') expect(readFileSync(target, 'utf8')).toBe('my notes '.repeat(1000));
  });

  const isRoot = process.getuid?.() === 0;
  const skipped = isRoot ? '' : ' (skipped: only root can give files away)';
  test.skipIf(!isRoot)(`a link of another user is refused${skipped}`, () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'target.db'), join(folder, 'samples.db'));
    lchownSync(join(folder, 'samples.db'), 65_534, 65_534);
    expect(() => SampleStore.open(join(folder, 'samples.db'))).toThrow(
      `${join(folder, 'samples.db')} is a link of another user`,
    );
  });

  test.skipIf(!isRoot)(`a link of another user to an existing database is followed${skipped}`, () => {
    const folder = temporaryFolder();
    const target = join(folder, 'target.db');
    SampleStore.open(target).close();
    symlinkSync(target, join(folder, 'samples.db'));
    lchownSync(join(folder, 'samples.db'), 65_534, 65_534);
    expect(openAndReadModes(join(folder, 'samples.db'), target)).toEqual([0o600, 0o600, 0o600]);
  });

  test.skipIf(!isRoot)(`a dangling link of the owner of its folder is followed${skipped}`, () => {
    const folder = temporaryFolder();
    const links = mkdirIn(folder, 'links');
    const link = join(links, 'samples.db');
    symlinkSync(join(folder, 'target.db'), link);
    lchownSync(link, 65_534, 65_534);
    expect(() => SampleStore.open(link)).toThrow('is a link of another user');
    chownSync(links, 65_534, 65_534);
    expect(openAndReadModes(link, join(folder, 'target.db'))).toEqual([0o600, 0o600, 0o600]);
  });

  test.skipIf(!isRoot)(`a link to an empty file of another user is refused${skipped}`, () => {
    const folder = temporaryFolder();
    const target = join(folder, 'theirs');
    writeFileSync(target, '', { mode: 0o644 });
    chownSync(target, 65_534, 65_534);
    symlinkSync(target, join(folder, 'samples.db'));
    expect(() => SampleStore.open(join(folder, 'samples.db'))).toThrow(
      /link to an empty file of another user/,
    );
    expect([getMode(target), readFileSync(target, 'utf8')]).toEqual([0o644, '']);
  });
});

describe('findExposedFiles', () => {
  const NOTHING = { readable: [], writable: [], folders: [] };

  function createDatabase(folder = temporaryFolder()): string {
    const file = join(folder, 'samples.db');
    SampleStore.open(file).close();
    return file;
  }

  test('a new database is not exposed', () => {
    const file = createDatabase();
    expect(findExposedFiles(file)).toEqual(NOTHING);
    expect(findExposedFiles(`${file}-missing`)).toEqual(NOTHING);
    // A path below a file cannot exist.
    expect(findExposedFiles(`${file}/samples.db`)).toEqual(NOTHING);
  });

  test.for([
    [0o640, true, false],
    [0o604, true, false],
    [0o620, false, true],
    [0o602, false, true],
    [0o666, true, true],
    [0o700, false, false],
  ] as const)(
    'a database with mode %o is exposed to readers: %s, and to writers: %s',
    ([mode, isReadable, isWritable]) => {
      const file = createDatabase();
      chmodSync(file, mode);
      expect(findExposedFiles(file)).toEqual({
        readable: isReadable ? [file] : [],
        writable: isWritable ? [file] : [],
        folders: [],
      });
    },
  );

  test('the write-ahead log and the shared memory can be exposed', () => {
    const file = createDatabase();
    using store = SampleStore.open(file);
    expect(store.histories()).toEqual([]);
    chmodSync(`${file}-wal`, 0o644);
    chmodSync(`${file}-shm`, 0o622);
    expect(findExposedFiles(file)).toEqual({
      readable: [`${file}-wal`],
      writable: [`${file}-shm`],
      folders: [],
    });
  });

  test('a folder that others can write is exposed unless it is sticky', () => {
    const file = createDatabase();
    const folder = join(file, '..');
    chmodSync(folder, 0o777);
    expect(findExposedFiles(file).folders).toEqual([folder]);
    chmodSync(folder, 0o1777);
    expect(findExposedFiles(file).folders).toEqual([]);
    chmodSync(folder, 0o755);
    expect(findExposedFiles(file).folders).toEqual([]);
  });

  test('the folder of a link and the folder of its target can be exposed', () => {
    const target = createDatabase();
    const folder = temporaryFolder();
    const link = join(folder, 'link.db');
    symlinkSync(target, link);
    for (const each of [folder, join(target, '..')]) chmodSync(each, 0o777);
    chmodSync(target, 0o644);
    expect(findExposedFiles(link)).toEqual({
      readable: [target],
      writable: [],
      folders: [folder, join(target, '..')],
    });
  });

  test('the journal can be exposed', () => {
    const file = createDatabase();
    writeFileSync(`${file}-journal`, '');
    chmodSync(`${file}-journal`, 0o646);
    const journal = [`${file}-journal`];
    expect(findExposedFiles(file)).toEqual({ readable: journal, writable: journal, folders: [] });
  });

  test('a folder that its group can write is exposed unless the group has the number of its owner', () => {
    const file = createDatabase();
    const folder = join(file, '..');
    chmodSync(folder, 0o770);
    expect(findExposedFiles(file).folders).toEqual([]);
    chmodSync(folder, 0o702);
    expect(findExposedFiles(file).folders).toEqual([folder]);
    if (!isRoot) return;
    chownSync(folder, 0, 1);
    chmodSync(folder, 0o770);
    expect(findExposedFiles(file).folders).toEqual([folder]);
    chmodSync(folder, 0o750);
    expect(findExposedFiles(file).folders).toEqual([]);
  });

  const isRoot = process.geteuid?.() === 0;
  test.skipIf(!isRoot)(
    `root can protect the files of every user, and other users only their own${isRoot ? '' : ' (skipped: only root can give files away)'}`,
    () => {
      const file = createDatabase();
      const folder = join(file, '..');
      chmodSync(folder, 0o777);
      chmodSync(file, 0o666);
      const exposed = { readable: [file], writable: [file], folders: [folder] };
      const findAs = (user: number) => {
        process.seteuid?.(user);
        try {
          return findExposedFiles(file);
        } finally {
          process.seteuid?.(0);
        }
      };
      expect(findAs(65_534)).toEqual(NOTHING);
      for (const path of [file, folder]) chownSync(path, 65_534, 65_534);
      expect([findAs(65_534), findAs(0), findAs(65_533)]).toEqual([exposed, exposed, NOTHING]);
    },
  );
});
