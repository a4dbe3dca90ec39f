import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { temporaryFolder } from '../cli/temporary-folder.ts';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/**
 * Creates a folder with the built package and the named packages in `node_modules`. The built package is a
 * copy, because a link would find types and modules that users do not have.
 */
export function installedPackage(...packages: readonly string[]): string {
  const folder = temporaryFolder(afterAll);
  for (const name of ['dist/library', 'dist/types', 'package.json']) {
    cpSync(join(ROOT, name), join(folder, 'node_modules', 'cred-watch', name), { recursive: true });
  }
  for (const name of packages) {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), path);
  }
  return folder;
}

export const toolPath = (name: string): string => join(ROOT, 'node_modules', name);
