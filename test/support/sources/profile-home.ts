import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../cli/temporary-folder.ts';

/** Creates a home folder with these files in `.aws`. */
export function homeWith(files: { config?: string; credentials?: string }): string {
  const home = temporaryFolder();
  mkdirSync(join(home, '.aws'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(home, '.aws', name), content);
  return home;
}
