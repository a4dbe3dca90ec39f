import { chmodSync, existsSync, lstatSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseCacheFolder, openPrivateFolder } from '../../../src/cli/start/cache-folder.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const HOME = '/home/ada';

describe('the folder of the code caches', () => {
  test.each([
    ['the home folder', { HOME }, false, '/home/ada/.cache/cred-watch'],
    ['the XDG folder', { HOME, XDG_CACHE_HOME: '/x' }, false, '/x/cred-watch'],
    [
      'a relative XDG folder, which is invalid',
      { HOME, XDG_CACHE_HOME: 'x' },
      false,
      '/home/ada/.cache/cred-watch',
    ],
    ['an empty XDG folder', { HOME, XDG_CACHE_HOME: '' }, false, '/home/ada/.cache/cred-watch'],
    ['root', { HOME }, true, '/var/cache/cred-watch'],
    ['root with an XDG folder', { HOME, XDG_CACHE_HOME: '/x' }, true, '/x/cred-watch'],
    [
      'a unit of systemd',
      { CACHE_DIRECTORY: '/var/cache/unit', XDG_CACHE_HOME: '/x' },
      true,
      '/var/cache/unit',
    ],
    ['a unit with two folders', { CACHE_DIRECTORY: '/var/cache/a:/var/cache/b' }, false, '/var/cache/a'],
    ['a relative folder of a unit', { CACHE_DIRECTORY: 'a', HOME }, false, null],
    ['a user without a home folder', {}, false, null],
    ['a relative home folder', { HOME: '.' }, false, null],
    ['CRED_WATCH_NO_CACHE', { HOME, XDG_CACHE_HOME: '/x', CRED_WATCH_NO_CACHE: '1' }, true, null],
    ['an empty CRED_WATCH_NO_CACHE', { HOME, CRED_WATCH_NO_CACHE: '' }, false, '/home/ada/.cache/cred-watch'],
  ])('the folder of the code caches depends on %s', (_, env, isRoot, expected) => {
    expect(chooseCacheFolder(env, isRoot)).toBe(expected);
  });
});

const user = process.getuid?.() ?? 0;
const OTHER_USER = user + 1000;

describe('openPrivateFolder', () => {
  test('openPrivateFolder creates a missing folder with its parents, for this user only', () => {
    const folder = join(temporaryFolder(), 'home', '.cache', 'cred-watch');
    expect(openPrivateFolder(folder, user)).toBe(folder);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect(lstatSync(join(folder, '..')).mode & 0o777).toBe(0o700);
    expect(openPrivateFolder(folder, user)).toBe(folder);
  });

  test('openPrivateFolder returns the path without symbolic links', () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'real'), { mode: 0o700 });
    symlinkSync('real', join(parent, 'link'));
    expect(openPrivateFolder(join(parent, 'link', 'cache'), user)).toBe(join(parent, 'real', 'cache'));
  });

  test('openPrivateFolder refuses a link without a target', () => {
    const link = join(temporaryFolder(), 'link');
    symlinkSync('missing', link);
    expect(openPrivateFolder(link, user)).toBeNull();
    expect(openPrivateFolder(join(link, 'cache'), user)).toBeNull();
  });

  test('openPrivateFolder throws if the folder cannot be created', () => {
    expect(() => openPrivateFolder('/proc/cred-watch', user)).toThrow();
  });

  test.each([
    ['the folder', '777'],
    ['the folder', '770'],
    ['the folder', '702'],
    // Other users could delete files, if not replace them.
    ['the folder', '1777'],
    ['its parent', '777'],
    ['its parent', '720'],
  ])('openPrivateFolder refuses %s with mode %s, which other users can write', (which, mode) => {
    const parent = join(temporaryFolder(), 'parent');
    const folder = join(parent, 'cache');
    mkdirSync(folder, { recursive: true });
    chmodSync(which === 'its parent' ? parent : folder, Number.parseInt(mode, 8));
    expect(openPrivateFolder(folder, user)).toBeNull();
    if (which === 'its parent') {
      expect(openPrivateFolder(join(parent, 'missing'), user)).toBeNull();
      expect(existsSync(join(parent, 'missing'))).toBe(false);
    }
  });

  test('openPrivateFolder accepts a private folder in a sticky folder such as /tmp', () => {
    const parent = join(temporaryFolder(), 'parent');
    mkdirSync(parent);
    chmodSync(parent, 0o1777);
    expect(openPrivateFolder(join(parent, 'cache'), user)).toBe(join(parent, 'cache'));
  });

  // A fake user, because only root can create files of another user.
  test.runIf(user !== OTHER_USER)(
    'openPrivateFolder refuses a folder of another user, and creates none there',
    () => {
      const folder = temporaryFolder();
      chmodSync(folder, 0o755);
      // As root, this folder belongs to root, whom every user has to trust.
      if (user !== 0) expect(openPrivateFolder(folder, OTHER_USER)).toBeNull();
      if (user !== 0) expect(openPrivateFolder(join(folder, 'cache'), OTHER_USER)).toBeNull();
      expect(existsSync(join(folder, 'cache'))).toBe(false);
    },
  );

  test('openPrivateFolder refuses a link to a folder that other users can write', () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'open'));
    chmodSync(join(parent, 'open'), 0o777);
    symlinkSync('open', join(parent, 'link'));
    expect(openPrivateFolder(join(parent, 'link'), user)).toBeNull();
    expect(openPrivateFolder(join(parent, 'link', 'cache'), user)).toBeNull();
    expect(existsSync(join(parent, 'open', 'cache'))).toBe(false);
  });
});
