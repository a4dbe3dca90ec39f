/**
 * The default database of root is in /var/lib. A program of a test that names no database must not write there,
 * so all runs of root share a state folder, which is deleted after the tests.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Inherited by the workers. */
const VARIABLE = 'TEST_STATE_FOLDER';

/** The home folder of programs whose test sets none. */
export const NO_HOME = '/nonexistent';

/** A global setup of `vitest.config.mts`. */
export default function createStateFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'cred-watch-test-state-'));
  process.env[VARIABLE] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** A folder for files that all workers of a run share. It is deleted after the tests. */
export const runFolder = (): string => {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error('the global setup of vitest.config.mts did not run');
  return folder;
};

/**
 * `XDG_STATE_HOME` of a program: the default of a user, also if the tests run as root.
 * @param changes the variables that the test sets. Undefined removes a variable.
 */
export function findStateFolder(changes: Readonly<Record<string, string | undefined>>): string | undefined {
  const { HOME: home = NO_HOME } = changes;
  const hasUnknownHome = 'HOME' in changes && changes.HOME === undefined;
  if (process.getuid?.() !== 0 || hasUnknownHome) return undefined;
  return home === NO_HOME ? process.env[VARIABLE] : join(home, '.local', 'state');
}
