import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that is deleted after the test. */
export function temporaryFolder(finished: (clean: () => void) => void = onTestFinished): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'cred-watch-test-')));
  finished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every path below a folder. */
export const pathsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

/** Mode and content hash of every path below a folder. */
export function readFolder(folder: string): Record<string, string> {
  return Object.fromEntries(
    pathsIn(folder).map((path) => {
      const stats = lstatSync(join(folder, path));
      const digest = () =>
        createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex');
      return [path, `${stats.mode.toString(8)} ${stats.isFile() ? digest() : ''}`];
    }),
  );
}
