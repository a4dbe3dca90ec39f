import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { type BundledDriver, bundledDriver } from './bundled-driver.ts';
import { assertEnoughDescriptors } from './system-cause.ts';

export type DatabaseConnection = BetterSqlite3.Database;
type Driver = typeof BetterSqlite3;

/** An import releases its lock after every batch, so other programs rarely wait for long. */
export const BUSY_TIMEOUT_MS = 30_000;

/** better-sqlite3 13 crashes the process in older versions of Node. */
const MIN_NODE_FOR_13 = 22;
const isTooOldFor13 = (nodeVersion: string) => Number.parseInt(nodeVersion, 10) < MIN_NODE_FOR_13;

interface DriverOptions {
  /** The file from which better-sqlite3 is resolved, for tests. */
  resolveFrom?: string;
  nodeVersion?: string;
  bundled?: BundledDriver | null;
}

interface LoadedDriver {
  Driver: Driver;
  /** The addon or its path; undefined if the driver has to search for it. */
  nativeBinding: object | string | undefined;
}

/**
 * Loads better-sqlite3 from the folder where it is installed, because it contains a native addon. JavaScript
 * and addon must have the same version, so the JavaScript in the bundle is used only if its version is the
 * installed one.
 * @throws CredWatchError DATABASE_DRIVER_MISSING if the driver is not installed, not built, or not for this
 *   Node
 */
export function loadDriver({
  resolveFrom = __filename,
  nodeVersion = process.versions.node,
  bundled = bundledDriver,
}: DriverOptions = {}): LoadedDriver {
  const require = createRequire(resolveFrom);
  const manifest = resolveManifest(require);
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  if (Number.parseInt(version, 10) >= 13 && isTooOldFor13(nodeVersion)) {
    throw new CredWatchError(
      `better-sqlite3 ${version} does not run on Node ${nodeVersion}`,
      `install cred-watch with npm, which chooses better-sqlite3 12 for this Node, or use Node ${MIN_NODE_FOR_13} or later`,
      { code: 'DATABASE_DRIVER_MISSING' },
    );
  }
  // The search of the `bindings` package takes a quarter of Node's own start-up time.
  const addon = join(dirname(manifest), 'build', 'Release', 'better_sqlite3.node');
  const isBuilt = existsSync(addon);
  const isPresent = isBuilt || hasPrebuiltAddon(manifest);
  try {
    if (isBuilt && bundled?.version === version)
      return { Driver: bundled.load(), nativeBinding: loadAddon(addon) };
    const Driver: Driver = require('better-sqlite3');
    if (!isPresent) new Driver(':memory:').close();
    return { Driver, nativeBinding: isBuilt ? addon : undefined };
  } catch (error) {
    assertEnoughDescriptors();
    throw createAddonError(error, { nodeVersion, isPresent });
  }
}

/** Version 13 contains addons. Without one, the driver searches other folders when it opens a database. */
const hasPrebuiltAddon = (manifest: string): boolean =>
  existsSync(join(dirname(manifest), 'prebuilds', `${process.platform}-${process.arch}.node`));

const addons = new Map<string, object>();

/** Like `require`, without the search for modules. */
function loadAddon(path: string): object {
  const loaded = addons.get(path);
  if (loaded !== undefined) return loaded;
  const module: { exports: object } = { exports: {} };
  process.dlopen(module, path);
  addons.set(path, module.exports);
  return module.exports;
}

/** The connections of this thread that were open at the last call of {@link isOpenInThisThread}, and newer ones. */
const connections = new Set<DatabaseConnection>();

/** Checks whether a connection of this thread uses the file, also by another path. */
export function isOpenInThisThread(file: string): boolean {
  for (const connection of connections) if (!connection.open) connections.delete(connection);
  const stats = statSync(file, { throwIfNoEntry: false });
  return [...connections].some(({ name }) => {
    const other = statSync(name, { throwIfNoEntry: false });
    return stats !== undefined && stats.ino === other?.ino && stats.dev === other.dev;
  });
}

/**
 * A report reads most pages once, and the system keeps the file in memory too. better-sqlite3's default of 16 MiB makes no
 * report of one series faster.
 */
const READER_CACHE_KIB = 2000;

/** Opens a file. With `:memory:` or an empty name, opens an empty temporary database in memory or on disk. */
export function openDatabase(
  file: string,
  options: { readonly?: boolean } = {},
  { Driver, nativeBinding } = loadDriver(),
): DatabaseConnection {
  try {
    const connection = new Driver(file, {
      timeout: BUSY_TIMEOUT_MS,
      readonly: options.readonly ?? false,
      // A cast, because the types know only the path of an addon.
      ...(nativeBinding === undefined ? {} : { nativeBinding: nativeBinding as string }),
    });
    connections.add(connection);
    return options.readonly
      ? // Reads the schema, which may be damaged.
        prepareOrClose(connection, () => connection.pragma(`cache_size = -${READER_CACHE_KIB}`))
      : connection;
  } catch (error) {
    if (['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND'].includes(getSystemErrorCode(error) ?? '')) {
      assertEnoughDescriptors();
      throw createAddonError(error);
    }
    throw error;
  }
}

/** Returns the connection after `prepare`, or closes the connection if `prepare` throws. */
export function prepareOrClose(
  connection: DatabaseConnection,
  prepare: (connection: DatabaseConnection) => void,
): DatabaseConnection {
  try {
    prepare(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The addon is missing because install scripts were disabled, or it was built for another Node. */
function createAddonError(cause: unknown, { isPresent = true, nodeVersion = process.versions.node } = {}) {
  const message = isPresent
    ? 'this Node cannot load the SQLite addon of better-sqlite3'
    : 'the SQLite addon of better-sqlite3 is not installed';
  const rebuild =
    'run `npm rebuild better-sqlite3` in the folder where cred-watch is installed, with install scripts allowed';
  const hint = isTooOldFor13(nodeVersion)
    ? `install cred-watch with Node ${MIN_NODE_FOR_13} or later, which needs no compiler; or install a C++ compiler, make and Python, and ${rebuild}`
    : `install cred-watch again with this Node; or ${rebuild}`;
  return new CredWatchError(message, hint, { cause, code: 'DATABASE_DRIVER_MISSING' });
}

function resolveManifest(require: NodeJS.Require): string {
  try {
    return require.resolve('better-sqlite3/package.json');
  } catch (cause) {
    throw new CredWatchError(
      'better-sqlite3 is not installed',
      'install cred-watch with npm, which also installs better-sqlite3',
      { cause, code: 'DATABASE_DRIVER_MISSING' },
    );
  }
}

/** Reads a pragma that is a number, such as `user_version`. */
export function readNumberPragma(connection: DatabaseConnection, name: string): number {
  const value = connection.pragma(name, { simple: true });
  if (typeof value !== 'number') throw new Error(`the pragma ${name} is not a number`);
  return value;
}

/** For queries that always return a row: aggregates without GROUP BY, and INSERT … RETURNING. */
export function requireRow<T>(row: T | null | undefined): T {
  if (row === undefined || row === null) throw new Error('SQLite returned no row');
  return row;
}
