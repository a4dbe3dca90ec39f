import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  isOpenInThisThread,
  loadDriver,
  openDatabase,
  prepareOrClose,
  readNumberPragma,
  requireRow,
} from '../../../src/store/sqlite/driver.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { failWith, replaceFs } from '../../support/store/replace-fs.ts';

/** A driver that finds its addon in another folder. */
const WORKING_DRIVER = 'module.exports = function Driver() { this.close = () => {}; };';

/** Installs a package with the name of the driver. Returns the path of a program next to it. */
function install(version: string, code: string, hasAddon = false): string {
  const folder = temporaryFolder();
  const target = join(folder, 'node_modules', 'better-sqlite3');
  const release = join(target, 'build', 'Release');
  mkdirSync(hasAddon ? release : target, { recursive: true });
  const manifest = { name: 'better-sqlite3', version, main: 'index.js' };
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(target, 'index.js'), code);
  if (hasAddon) writeFileSync(join(release, 'better_sqlite3.node'), '');
  return join(folder, 'program.js');
}

describe('the driver', () => {
  const WRONG_NODE = 'does not run on Node';
  test.each([
    ['12.11.1', '20.20.2', false],
    ['13.2.0', '20.20.2', true],
    ['13.2.0', '21.9.9', true],
    ['13.2.0', '22.0.0', false],
    ['14.0.0', '20.20.2', true],
    ['14.0.0', '26.0.0', false],
  ])('better-sqlite3 %s on Node %s is refused: %s', (version, nodeVersion, isRefused) => {
    const load = () => loadDriver({ resolveFrom: install(version, WORKING_DRIVER), nodeVersion });
    if (isRefused) expect(load).toThrow(`better-sqlite3 ${version} ${WRONG_NODE} ${nodeVersion}`);
    else expect(load()).toEqual({ Driver: expect.any(Function), nativeBinding: undefined });
  });

  test('the hint for a driver of another Node names both ways out', () => {
    const load = () => loadDriver({ resolveFrom: install('13.2.0', ''), nodeVersion: '20.20.2' });
    expect(catchError(load)).toMatchObject({
      code: 'DATABASE_DRIVER_MISSING',
      hint: 'install cred-watch with npm, which chooses better-sqlite3 12 for this Node, or use Node 22 or later',
    });
  });

  test('a missing driver is reported with the command that installs it', () => {
    const load = () => loadDriver({ resolveFrom: join(temporaryFolder(), 'program.js') });
    expect(catchError(load)).toMatchObject({
      code: 'DATABASE_DRIVER_MISSING',
      message: 'better-sqlite3 is not installed',
      hint: 'install cred-watch with npm, which also installs better-sqlite3',
      cause: { code: 'MODULE_NOT_FOUND' },
    });
  });

  const REBUILD =
    'run `npm rebuild better-sqlite3` in the folder where cred-watch is installed, with install scripts allowed';

  test.each([
    [
      '20.20.2',
      `install cred-watch with Node 22 or later, which needs no compiler; or install a C++ compiler, make and Python, and ${REBUILD}`,
    ],
    ['22.0.0', `install cred-watch again with this Node; or ${REBUILD}`],
  ])('a missing addon on Node %s is reported with the command that builds it', (nodeVersion, hint) => {
    // `better-sqlite3` searches its addon when it opens a database.
    const code = 'module.exports = function Driver() { throw new Error("no bindings file"); };';
    const load = () => loadDriver({ resolveFrom: install('12.11.1', code), nodeVersion });
    expect(catchError(load)).toMatchObject({
      code: 'DATABASE_DRIVER_MISSING',
      message: 'the SQLite addon of better-sqlite3 is not installed',
      hint,
      cause: { message: 'no bindings file' },
    });
  });

  test('a prebuilt addon of version 13 is not tried before it is used', () => {
    const resolveFrom = install('13.2.0', 'module.exports = () => { throw new Error("tried"); };');
    const prebuilds = join(dirname(resolveFrom), 'node_modules', 'better-sqlite3', 'prebuilds');
    mkdirSync(prebuilds);
    writeFileSync(join(prebuilds, `${process.platform}-${process.arch}.node`), '');
    expect(loadDriver({ resolveFrom, nodeVersion: '22.0.0' }).nativeBinding).toBe(undefined);
  });

  test('the addon in the build folder is loaded without a search', () => {
    const program = install('12.11.1', 'module.exports = 7', true);
    const { Driver, nativeBinding } = loadDriver({ resolveFrom: program });
    expect(Driver).toBe(7);
    const addon = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';
    expect(nativeBinding).toBe(join(program, '..', addon));
  });
});

describe('the JavaScript of the driver in a bundle', () => {
  const BUNDLED = 'bundled' as unknown as ReturnType<typeof loadDriver>['Driver'];
  const bundled = { version: '12.11.1', load: () => BUNDLED };

  /** Installs a driver with the addon that these tests use. */
  function installWithAddon(version: string): string {
    const program = install(version, 'module.exports = "installed"', true);
    const addon = 'build/Release/better_sqlite3.node';
    const real = join(dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json')), addon);
    const target = join(dirname(program), 'node_modules', 'better-sqlite3', addon);
    rmSync(target);
    symlinkSync(real, target);
    return program;
  }

  test('the JavaScript of the driver in a bundle is used with an addon of the same version', () => {
    const { Driver, nativeBinding } = loadDriver({ resolveFrom: installWithAddon('12.11.1'), bundled });
    expect(Driver).toBe(BUNDLED);
    expect(nativeBinding).toHaveProperty('Database');
  });

  test.each(['12.11.2', '12.11.10', '12.12.0', '12.11.1-beta'])(
    'the JavaScript of the driver in a bundle is not used with an addon of %s',
    (version) => {
      const program = installWithAddon(version);
      expect(loadDriver({ resolveFrom: program, bundled })).toEqual({
        Driver: 'installed',
        nativeBinding: join(
          dirname(program),
          'node_modules/better-sqlite3/build/Release/better_sqlite3.node',
        ),
      });
    },
  );

  test('the JavaScript of the driver in a bundle is not used without an addon in the usual place', () => {
    const { Driver, nativeBinding } = loadDriver({
      resolveFrom: install('12.11.1', WORKING_DRIVER),
      bundled,
    });
    expect(Driver).not.toBe(BUNDLED);
    expect(nativeBinding).toBe(undefined);
  });

  test('an addon for another Node is reported with the command that builds it', () => {
    const resolveFrom = install('12.11.1', '', true);
    expect(catchError(() => loadDriver({ resolveFrom, bundled }))).toMatchObject({
      code: 'DATABASE_DRIVER_MISSING',
      message: 'this Node cannot load the SQLite addon of better-sqlite3',
      cause: { code: 'ERR_DLOPEN_FAILED' },
    });
  });
});

/** Replaces the driver until the test ends. */
function replaceDriver(driver: unknown): void {
  const require = createRequire(import.meta.url);
  const loaded = require.cache[require.resolve('better-sqlite3')];
  if (loaded === undefined) throw new Error('the driver is not loaded');
  const { exports } = loaded;
  loaded.exports = driver;
  onTestFinished(() => {
    loaded.exports = exports;
  });
}

describe('an addon that cannot be loaded', () => {
  function failWithCode(code: string): Error {
    const error = Object.assign(new Error('internal'), { code });
    replaceDriver(function Driver() {
      throw error;
    });
    return error;
  }

  test.each(['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND'])(
    'the error %s means that the addon is not built',
    (code) => {
      openDatabase(':memory:').close();
      const cause = failWithCode(code);
      expect(catchError(() => openDatabase(':memory:'))).toMatchObject({
        code: 'DATABASE_DRIVER_MISSING',
        message: 'this Node cannot load the SQLite addon of better-sqlite3',
        cause,
      });
    },
  );

  test('too many open files are reported as the cause if an addon cannot be loaded', () => {
    openDatabase(':memory:').close();
    failWithCode('ERR_DLOPEN_FAILED');
    replaceFs('openSync', () => () => failWith('EMFILE'));
    expect(catchError(() => openDatabase(':memory:'))).toMatchObject({ code: 'EMFILE' });
  });

  test('an error other than those of loading is not about the addon', () => {
    openDatabase(':memory:').close();
    const error = failWithCode('SQLITE_CANTOPEN');
    expect(catchError(() => openDatabase(':memory:'))).toBe(error);
  });
});

describe('isOpenInThisThread', () => {
  test('a file is in use by any of its paths until its last connection is closed', () => {
    const folder = temporaryFolder();
    const [file, link, other] = [join(folder, 'a.db'), join(folder, 'link.db'), join(folder, 'b.db')];
    writeFileSync(other, '');
    expect(isOpenInThisThread(file)).toBe(false);
    const [first, second, memory] = [file, file, ':memory:'].map((name) => openDatabase(name));
    symlinkSync(file, link);
    expect([file, link, other, join(folder, 'missing')].map(isOpenInThisThread)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    second?.close();
    expect(isOpenInThisThread(link)).toBe(true);
    first?.close();
    expect(isOpenInThisThread(file)).toBe(false);
    memory?.close();
  });
});

describe('a connection', () => {
  test('a connection waits for locks for 30 seconds', () => {
    const connection = openDatabase(':memory:');
    onTestFinished(() => void connection.close());
    expect(readNumberPragma(connection, 'busy_timeout')).toBe(30_000);
    expect(connection.readonly).toBe(false);
  });

  test('a connection for reading does not create a file', () => {
    const file = join(temporaryFolder(), 'samples.db');
    const open = () => openDatabase(file, { readonly: true });
    expect(catchError(open)).toMatchObject({ code: 'SQLITE_CANTOPEN' });
    expect(existsSync(file)).toBe(false);
  });

  test('a connection is closed if it cannot be prepared', () => {
    const prepared = prepareOrClose(openDatabase(':memory:'), (each) => each.exec('CREATE TABLE t (a)'));
    expect(prepared.open).toBe(true);
    prepared.close();
    const connection = openDatabase(':memory:');
    expect(() => prepareOrClose(connection, (each) => each.exec('nonsense'))).toThrow('syntax error');
    expect(connection.open).toBe(false);
  });

  test('a pragma that is not a number is an error with its name', () => {
    const connection = openDatabase(':memory:');
    onTestFinished(() => void connection.close());
    expect(() => readNumberPragma(connection, 'encoding')).toThrow('the pragma encoding is not a number');
  });

  test('a missing row is an error, and 0 is a row', () => {
    expect(requireRow(0)).toBe(0);
    expect(() => requireRow(undefined)).toThrow('SQLite returned no row');
  });
});
