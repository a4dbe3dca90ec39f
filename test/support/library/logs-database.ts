import { join } from 'node:path';
import { afterAll } from 'vitest';
import { fixturePath } from '../cli/program-run.ts';
import { succeed } from '../cli/succeed.ts';
import { temporaryFolder } from '../cli/temporary-folder.ts';

/** Imports both logs of 2015. The worst case of `linux` is 4h 59m 36s, and of `windows` 5h 04m 44s. */
export async function logsDatabase(): Promise<string> {
  const db = join(temporaryFolder(afterAll), 'samples.db');
  await succeed(['import', fixturePath('curl.log'), '--host', 'linux', '--db', db]);
  await succeed(['import', fixturePath('invoke.log'), '--host', 'windows', '--db', db]);
  return db;
}
