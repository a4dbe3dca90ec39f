import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { CredWatchError, systemErrorCode } from '../../errors.ts';

export type DatabaseConnection = BetterSqlite3.Database;
type Driver = typeof BetterSqlite3;

/** A poll waits this long for its turn; an import gives way after every batch, so turns come soon. */
export const BUSY_TIMEOUT_MS = 30_000;

/** better-sqlite3 13 is built against a Node-API that older versions of Node lack: loading it ends the process. */
const FIRST_NODE_OF_13 = 22;

export interface DriverOptions {
  /** Directory from which the package is looked up, for tests. */
  resolveFrom?: string;
  nodeVersion?: string;
}

/**
 * Loads better-sqlite3, which stays outside the bundle because it brings a native addon.
 * @throws CredWatchError where it is missing, was not built, or does not fit this Node
 */
export function loadDriver({
  resolveFrom = __filename,
  nodeVersion = process.versions.node,
}: DriverOptions = {}): {
  Driver: Driver;
  nativeBinding: string | undefined;
} {
  const require = createRequire(resolveFrom);
  const manifest = resolveManifest(require);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  if (Number.parseInt(version, 10) >= 13 && Number.parseInt(nodeVersion, 10) < FIRST_NODE_OF_13) {
    throw new CredWatchError(
      `better-sqlite3 ${version} does not run on Node ${nodeVersion}`,
      `install cred-watch with npm, which picks better-sqlite3 12 for this Node, or use Node ${FIRST_NODE_OF_13} or later`,
    );
  }
  // Named outright, the addon is found without the search of the `bindings` package: a quarter of Node's own start.
  const addon = join(dirname(manifest), 'build', 'Release', 'better_sqlite3.node');
  try {
    return {
      Driver: require('better-sqlite3') as Driver,
      nativeBinding: existsSync(addon) ? addon : undefined,
    };
  } catch (error) {
    throw notBuilt(error);
  }
}

/** Opens a database, or with `:memory:` one that lies nowhere. */
export function openDatabase(file: string, options: { readonly?: boolean } = {}): DatabaseConnection {
  const { Driver, nativeBinding } = loadDriver();
  try {
    return new Driver(file, {
      timeout: BUSY_TIMEOUT_MS,
      readonly: options.readonly ?? false,
      ...(nativeBinding === undefined ? {} : { nativeBinding }),
    });
  } catch (error) {
    if (['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND'].includes(systemErrorCode(error))) throw notBuilt(error);
    throw error;
  }
}

/** What to tell when the package is there and its addon is not (install scripts off), or is another Node's. */
function notBuilt(cause: unknown): CredWatchError {
  return new CredWatchError(
    'the SQLite addon of better-sqlite3 cannot be loaded by this Node',
    'run `npm rebuild better-sqlite3` in the folder where cred-watch is installed, with install scripts allowed',
    { cause },
  );
}

function resolveManifest(require: NodeJS.Require): string {
  try {
    return require.resolve('better-sqlite3/package.json');
  } catch (cause) {
    throw new CredWatchError(
      'better-sqlite3 is not installed',
      'install cred-watch again: `npm install cred-watch`',
      {
        cause,
      },
    );
  }
}
