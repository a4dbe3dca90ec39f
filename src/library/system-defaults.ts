import { homedir, hostname } from 'node:os';
import { type Clock, systemClock } from '../clock.ts';
import type { Environment } from '../sources/environment/environment-variables.ts';
import { resolveDatabasePath } from '../store/database-path.ts';

/** What is taken from the process where the caller gives nothing else. Of the library, this file alone touches it. */
export interface SystemDefaults {
  env: Environment;
  home: string;
  /** This machine's own name. */
  machine: string;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
}

/** As they are at this moment: variables may be set after the library was loaded. */
export const getSystemDefaults = (): SystemDefaults => ({
  env: process.env,
  home: homedir(),
  machine: hostname(),
  clock: systemClock,
  random: Math.random,
});

/**
 * The database that `cred-watch poll` writes to where it is given no `--db`: `$CRED_WATCH_DB`,
 * `$STATE_DIRECTORY/samples.db`, else the file in the XDG state directory (for root `/var/lib/cred-watch/samples.db`).
 */
export function defaultDatabasePath(): string {
  const { env, home } = getSystemDefaults();
  return resolveDatabasePath(undefined, { env, home, isRoot: process.getuid?.() === 0 });
}
