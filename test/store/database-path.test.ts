import { expect, test } from 'vitest';
import { resolveDatabasePath } from '../../src/store/database-path.ts';
import { catchError } from '../support/catch-error.ts';

const all = {
  CRED_WATCH_DB: '/env/x.db',
  STATE_DIRECTORY: '/state/one:/state/two',
  XDG_STATE_HOME: '/xdg',
};

test.each([
  ['the flag', '/flag/x.db', all, true, '/flag/x.db'],
  ['CRED_WATCH_DB', undefined, all, true, '/env/x.db'],
  [
    'the first folder of STATE_DIRECTORY',
    undefined,
    { ...all, CRED_WATCH_DB: '' },
    true,
    '/state/one/samples.db',
  ],
  [
    'XDG_STATE_HOME',
    undefined,
    { XDG_STATE_HOME: '/xdg', STATE_DIRECTORY: '' },
    true,
    '/xdg/cred-watch/samples.db',
  ],
  ['/var/lib for root', undefined, { XDG_STATE_HOME: 'relative' }, true, '/var/lib/cred-watch/samples.db'],
  ['the home folder for other users', undefined, {}, false, '/home/me/.local/state/cred-watch/samples.db'],
])('the path of the database comes from %s', (_, flag, env, isRoot, path) => {
  expect(resolveDatabasePath(flag, { env, home: '/home/me', isRoot })).toBe(path);
});

test('an unknown home folder is an error only if the database would be there', () => {
  const context = { env: {}, home: '', isRoot: false };
  const hint = 'set HOME, or give the database with --db or CRED_WATCH_DB';
  expect(catchError(() => resolveDatabasePath(undefined, context))).toMatchObject({
    message: 'the home folder of this user is unknown',
    hint,
  });
  expect(resolveDatabasePath('x.db', context)).toBe('x.db');
  expect(resolveDatabasePath(undefined, { ...context, isRoot: true })).toBe('/var/lib/cred-watch/samples.db');
});

test.each([
  'jdbc:postgresql://h/db?user=u&secret=canary-4711',
  's3://canary-4711',
  'host=h password=canary-4711',
])('%s is no file, and the message does not quote it', (path) => {
  const resolve = () => resolveDatabasePath(path, { env: {}, home: '/home/u', isRoot: false });
  expect(resolve).toThrow(/^the database is neither a path nor/);
});

test('a URL of PostgreSQL is left to its reader, also if its password has a name', () => {
  const url = 'postgres://u@h/db?sslmode=require';
  expect(resolveDatabasePath(url, { env: {}, home: '/home/u', isRoot: false })).toBe(url);
});
