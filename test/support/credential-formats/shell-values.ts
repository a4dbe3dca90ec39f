import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CREDENTIAL_FORMATS } from '../../../src/credential-formats/formats.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';
import { expectedValues, toCredentialValues, tryAwkwardKeys } from './awkward-keys.ts';
import { run } from './run.ts';

/** A folder with two empty folders: a working folder, and one for other files. */
export function createShellFolders() {
  const folder = temporaryFolder();
  const [cwd, other] = [join(folder, 'empty'), join(folder, 'other')];
  for (const each of [cwd, other]) mkdirSync(each);
  return { folder, cwd, other };
}

interface Shell {
  /** The program with the arguments before the texts to evaluate. It prints each value, followed by NUL. */
  command: readonly [string, ...string[]];
  cwd: string;
  env: Record<string, string>;
}

/** Expects that a shell gets every awkward value from a format, and runs no command that a value contains. */
export const expectValuesReadBack = (
  format: 'env' | 'env-no-export' | 'fish',
  { command, cwd, env }: Shell,
): Promise<void> =>
  tryAwkwardKeys(async ({ many, legacyToken }) => {
    const texts = many.map((keys) =>
      CREDENTIAL_FORMATS[format].write(toCredentialValues(keys), { legacyToken }),
    );
    const { code, stdout, stderr } = await run([...command, ...texts], { cwd, env });
    expect(stderr).toBe('');
    expect(stdout.split('\0').slice(0, -1)).toEqual(
      many.flatMap((keys) => expectedValues(keys, legacyToken)),
    );
    expect(code).toBe(0);
    expect(readdirSync(cwd)).toEqual([]);
  });
