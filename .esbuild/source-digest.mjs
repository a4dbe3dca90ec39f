// With this digest, the tests check that `dist` was built from the current sources.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const DIGEST_FILE = 'dist/source-digest';

/** A digest of every file from which the build creates `dist`. */
export function digestSources(root = '.') {
  const hash = createHash('sha256');
  const inFolder = (folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  const files = ['src', '.esbuild'].flatMap(inFolder);
  for (const name of ['esbuild.config.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'])
    files.push(join(root, name));
  for (const file of files.sort()) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
