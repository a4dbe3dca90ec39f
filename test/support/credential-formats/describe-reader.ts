import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** A program that reads what we hand over. */
export interface Reader {
  program: string;
  /** Debian's package of it. Null where Debian has none: then it may be missing everywhere, in CI too. */
  package: string | null;
  /** Where to look, if not on the PATH. */
  folders?: readonly string[];
}

function pathTo({ program, folders = (process.env.PATH ?? '').split(delimiter) }: Reader): string | null {
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

/** Tests that need a program. Without it they are skipped and say so, but in CI only where it cannot be installed. */
export function describeReader(title: string, reader: Reader, tests: (path: string) => void): void {
  const path = pathTo(reader);
  if (path !== null) return void describe(title, () => tests(path));
  const missing = `${reader.program} is missing${reader.package === null ? '' : `: apt-get install ${reader.package}`}`;
  const isDemanded = reader.package !== null && (process.env.CI ?? '') !== '';
  if (isDemanded) return void describe(title, () => test('is installed', () => expect.unreachable(missing)));
  process.stderr.write(`skipped what needs it: ${missing}\n`);
  describe.skip(`${title} (${missing})`, () => tests(reader.program));
}
