import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** A program that reads one of our formats. */
export interface Reader {
  program: string;
  /** The Debian package of the program; null if there is none. */
  package: string | null;
  /** Folders to search instead of the PATH. */
  folders?: readonly string[];
}

export function findProgram({
  program,
  folders = (process.env.PATH ?? '').split(delimiter),
}: Reader): string | null {
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Declares tests that need a program. Without the program they are skipped; in CI they fail if Debian has it.
 */
export function describeReader(title: string, reader: Reader, tests: (path: string) => void): void {
  const path = findProgram(reader);
  if (path !== null) return void describe(title, () => tests(path));
  const missing = `${reader.program} is missing${reader.package === null ? '' : `: apt-get install ${reader.package}`}`;
  const isRequired = reader.package !== null && (process.env.CI ?? '') !== '';
  if (isRequired) return void describe(title, () => test('is installed', () => expect.unreachable(missing)));
  process.stderr.write(`skipped tests of ${title}: ${missing}\n`);
  describe.skip(`${title} (${missing})`, () => tests(reader.program));
}
