import { hostname } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';
import { findHomeFolder } from '../sources/environment/home-folder.ts';
import type { Environment } from '../sources/environment/variables.ts';
import { resolveDatabasePath } from '../store/database-path.ts';

/** Defaults that come from the process. No other file of the library reads the process. */
interface SystemDefaults {
  env: Environment;
  /** Empty if the home folder is unknown. */
  home: string;
  /** This machine's own name. */
  machine: string;
  clock: Clock;
  /** Returns 0 ≤ x < 1. */
  random: () => number;
}

/** Reads the defaults at every call: a program may set variables after it has loaded the library. */
export const getSystemDefaults = (): SystemDefaults => ({
  env: process.env,
  home: findHomeFolder(),
  machine: hostname(),
  clock: systemClock,
  random: Math.random,
});

/**
 * Returns the path of the database that `cred-watch poll` uses without `--db`: `$CRED_WATCH_DB`, else
 * `$STATE_DIRECTORY/samples.db`, else a file in the XDG state directory (for root
 * `/var/lib/cred-watch/samples.db`).
 */
export function getDefaultDatabasePath(): string {
  const { env, home } = getSystemDefaults();
  return resolveDatabasePath(undefined, { env, home, isRoot: process.getuid?.() === 0 });
}
